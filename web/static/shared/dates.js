// Dates are typed without this too, with slashes or without. With it, the slashes come by themselves: the digits of a
// telephone's keypad have none.
(() => {
  "use strict";
  for (const field of document.querySelectorAll("input[data-date]")) {
    field.addEventListener("input", (event) => {
      // Only what is added at the end: whoever corrects or deletes writes as she likes.
      if (!(event.inputType || "").startsWith("insert") || field.selectionStart !== field.value.length) return;
      const digits = field.value.replace(/\D/g, "");
      if (!/^[\d/]*$/.test(field.value) || digits.length > 8 || /^\d{4}\//.test(field.value)) return;
      if (/^\d\/|\/\d\//.test(field.value)) return; // « 1/9/2027 » has its own
      field.value = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].filter(Boolean).join("/");
    });
  }
})();
