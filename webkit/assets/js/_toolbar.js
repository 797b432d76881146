// The editor's toolbar: named buttons, one stop of the Tab key, arrows between them.


const shortcut = (keys) => keys.replace("Mod", /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl");

/** groups: [{when?, buttons: [{label, keys?, run, active?, enabled?}]}]. Returns {element, refresh}. */
export function toolbar(name, controls, groups) {
  const element = document.createElement("div");
  element.className = "editor-bar";
  element.role = "toolbar";
  element.setAttribute("aria-label", name);
  element.setAttribute("aria-controls", controls);
  const all = [];
  for (const group of groups) {
    const box = document.createElement("div");
    box.className = "editor-group";
    box.role = "group";
    box.setAttribute("aria-label", group.label);
    for (const spec of group.buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `editor-button ${spec.look ?? ""}`;
      button.textContent = spec.label;
      button.title = spec.keys ? `${spec.title ?? spec.label}（${shortcut(spec.keys)}）` : (spec.title ?? spec.label);
      button.tabIndex = -1;
      button.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps its selection
      button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && spec.run());
      box.append(button);
      all.push({ button, spec, group });
    }
    element.append(box);
  }
  all[0].button.tabIndex = 0;

  const stop = (button) => {
    for (const other of all) other.button.tabIndex = other.button === button ? 0 : -1;
  };
  element.addEventListener("focusin", ({ target }) => stop(target));
  element.addEventListener("keydown", (event) => {
    const shown = all.map(({ button }) => button).filter((button) => !button.parentElement.hidden);
    const at = shown.indexOf(event.target);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    shown[(next + shown.length) % shown.length].focus();
  });

  const refresh = () => {
    for (const { button, spec, group } of all) {
      button.parentElement.hidden = group.when ? !group.when() : false;
      if (spec.active) button.setAttribute("aria-pressed", String(spec.active()));
      if (spec.enabled) button.setAttribute("aria-disabled", String(!spec.enabled()));
    }
    const current = all.find(({ button }) => button.tabIndex === 0);
    if (current?.button.parentElement.hidden) stop(all[0].button);
  };
  return { element, refresh, focus: () => all.find(({ button }) => button.tabIndex === 0).button.focus() };
}

