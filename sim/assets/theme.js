// Decides dark or light before the first paint. It must know nothing but the stored choice.
(() => {
  let choice = null;
  try { choice = localStorage.getItem("theme"); } catch { /* storage may be closed to us */ }
  if (choice === "dark" || choice === "light") document.documentElement.dataset.theme = choice;
})();
