// The page itself: every sheet, then every model.
function everywhere(sheets) {
  const names = [...new Set(sheets.flatMap((sheet) => Object.keys(sheet.others)))].sort();
  const picker = element("select", { onchange: () => {
    for (const sheet of sheets) if (sheet.has(picker.value)) sheet.show(picker.value);
  } }, ...[OWN, ...names].map((name) => element("option", { value: name }, name)));
  return element("label", {}, "Palette of all sheets ", picker);
}

const sheets = facts.sheets.map((told) => new Sheet(told));
await Promise.all(sheets.map((sheet) => sheet.open()));
const total = sheets.reduce((sum, sheet) => sum + sheet.frames.length, 0);
if (sheets.length) document.getElementById("summary").textContent = `${sheets.length} sheets, ${total} sprites.`;
if (sheets.length) document.getElementById("controls").append(everywhere(sheets));
document.getElementById("sheets").replaceChildren(...sheets.map((sheet) => sheet.element()), ...facts.models.map(training));
document.documentElement.dataset.ready = "yes";
requestAnimationFrame(() => performance.mark("drawn"));
