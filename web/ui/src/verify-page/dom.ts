type Attributes = Record<string, string | boolean | number>;
type Child = Node | string;

/** An element with attributes and children; texts become text, never markup. */
export function h<Name extends keyof HTMLElementTagNameMap>(name: Name, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, '');
    else if (value !== false) element.setAttribute(key, String(value));
  }
  element.append(...children);
  return element;
}

/** A field with its label and what it is for. */
export function field<Input extends HTMLElement>(id: string, label: string, hint: string, input: Input): [Input, HTMLElement] {
  input.id = id;
  input.setAttribute('aria-describedby', `${id}-hint`);
  const wrong = h('p', { class: 'wrong', id: `${id}-wrong`, hidden: true });
  return [input, h('div', { class: 'field' }, h('label', { for: id }, label), h('p', { class: 'hint', id: `${id}-hint` }, hint), input, wrong)];
}

/** Says below a field what is wrong with it, or nothing. */
export function setWrong(id: string, message: string): void {
  const input = document.getElementById(id)!;
  const wrong = document.getElementById(`${id}-wrong`)!;
  wrong.textContent = message;
  wrong.hidden = message === '';
  input.setAttribute('aria-describedby', message === '' ? `${id}-hint` : `${id}-hint ${id}-wrong`);
  if (message === '') input.removeAttribute('aria-invalid');
  else input.setAttribute('aria-invalid', 'true');
}
