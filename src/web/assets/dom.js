// Elements. Text becomes text nodes and nothing else: what a citizen wrote never becomes markup.

export const byId = (id) => document.getElementById(id);

/** An element. `attrs`: `on...` listens, `true` is an empty attribute, null and false are left out. */
export function el(tag, attrs = {}, ...children) {
  const made = document.createElement(tag);
  return fill(made, attrs, children);
}

/** As `el`, for drawings. */
export function svg(tag, attrs = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attrs, children);
}

function fill(made, attrs, children) {
  for (const [name, value] of Object.entries(attrs)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  append(made, children);
  return made;
}

export function append(parent, children) {
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Puts other children into an element. */
export function put(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/** What somebody else wrote, without the signs that turn the direction of what follows: a text must not look like another one. */
export const plain = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");

export function show(element, is) {
  element.hidden = !is;
}

/** Says it to screen readers, also the same words again. */
export function say(region, text) {
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}
