// Runs before the first paint: puts the theme on the page that was chosen, or else the one that the system wants.
let wanted = null;
try {
  wanted = localStorage.getItem("waywarden-theme");
} catch {
  // No storage here: the system's theme it is.
}
if (wanted !== "light" && wanted !== "dark") {
  wanted = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
document.documentElement.dataset.theme = wanted;
