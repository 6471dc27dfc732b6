// Prepared answers go where the writer is, without loading the page anew. Without it their links fill the field.
"use strict";

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-canned]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const area = document.getElementById(link.dataset.into);
  if (!area) return;
  event.preventDefault();
  const start = area.selectionStart ?? area.value.length;
  area.setRangeText(link.dataset.canned, start, area.selectionEnd ?? start, "end");
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
});
