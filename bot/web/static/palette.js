// A list that opens under a field while one types: arrow keys choose, Enter and Tab take, Escape closes.

export function palette({ of, offers, onEmptyBackspace, openOnClick }) {
  let field = null, list = null, shown = [], at = -1;

  function close() {
    if (!field) return;
    list.hidden = true;
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    [shown, at] = [[], -1];
  }

  function mark(next) {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = next;
    const option = list.children[at];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  }

  function open(of_) {
    field = of_;
    list = document.getElementById(field.getAttribute("aria-controls"));
    shown = offers(field);
    if (!shown.length) return close();
    list.replaceChildren(...shown.map(option));
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    at = -1;
    mark(0);
  }

  function option(one, n) {
    const made = document.createElement("li");
    made.id = `${list.id}-${n}`;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    if (one.initials) {
      const avatar = document.createElement("span");
      avatar.className = `avatar tiny h${one.hue}`;
      avatar.setAttribute("aria-hidden", "true");
      avatar.textContent = one.initials;
      made.append(avatar);
    }
    const [name, help] = [document.createElement("strong"), document.createElement("small")];
    [name.textContent, help.textContent] = [one.name, one.help];
    made.append(name, help);
    made.addEventListener("mousedown", (event) => { event.preventDefault(); take(n); });
    return made;
  }

  function take(n) {
    const taken = shown[n];
    close();
    taken.take();
  }

  document.addEventListener("input", (event) => { const found = of(event); if (found) open(found); });
  document.addEventListener("click", (event) => {
    const found = of(event);
    if (found && openOnClick && list?.hidden !== false) open(found);
  });
  document.addEventListener("focusout", (event) => { if (of(event)) close(); });
  document.addEventListener("keydown", (event) => {
    const found = of(event);
    if (!found || event.isComposing) return;
    if (event.key === "Backspace" && !found.value) onEmptyBackspace?.(found);
    if (event.key === "ArrowDown" && !shown.length && openOnClick) return open(found);
    if (!shown.length || field !== found) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark((at + step + shown.length) % shown.length);
    else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey && !openOnClick)) take(at);
    else if (event.key === "Escape") { close(); event.stopPropagation(); }
    else return;
    event.preventDefault();
  }, true);

  return { close };
}
