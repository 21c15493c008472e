/** What is dragged from the palette, as the canvas knows it. */
export const NODE_MIME = "application/x-alp-node";
