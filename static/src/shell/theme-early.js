// Runs before the first paint, as a file of its own (the CSP forbids inline scripts): a kept choice of theme is set on
// <html> so that nothing flashes. Without one, or with "system", the system's wish holds.
(function () {
  let kept = null;
  try {
    kept = localStorage.getItem("alp-theme");
  } catch {
    // Storage is shut (private window): the system's wish holds.
  }
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
})();
