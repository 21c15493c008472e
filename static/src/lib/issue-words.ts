/** What people read for the categories of issues; pages and the studio share it. */
export const ISSUE_CATEGORIES = {
  wrong_label: "Wrong label",
  missing: "Something is missing",
  extra: "Should not be there",
  loose_geometry: "Outline is not exact",
  wrong_attribute: "Wrong attribute",
  other: "Something else",
} as const;
