
(function () {
  "use strict";
  var root = document.documentElement;

  document.getElementById("language").addEventListener("click", function () {
    root.lang = root.lang === "zh" ? "en" : "zh";
  });

  function mark(elements) {
    document.querySelectorAll(".here").forEach(function (old) { old.classList.remove("here"); });
    elements.forEach(function (element) { element.classList.add("here"); });
  }

  // A cell shows its place on the page or among the lines, and a place its cell.
  document.addEventListener("click", function (event) {
    var from = event.target.closest("[data-to]");
    var to = from && document.getElementById(from.getAttribute("data-to"));
    if (!to) { return; }
    event.preventDefault();
    var folded = to.closest("details");
    if (folded) { folded.open = true; }
    mark([from.closest("td.figure") || from, to]);
    to.scrollIntoView({ block: "center", inline: "nearest" });
    if (from.classList.contains("to-cell")) {
      var inner = to.querySelector("[data-to]");
      var place = inner && document.getElementById(inner.getAttribute("data-to"));
      if (place) { mark([to, place]); place.scrollIntoView({ block: "center" }); to.scrollIntoView({ block: "center" }); }
    }
  });
}());
