// The policy of editor pages allows a <style> only with the page's nonce; editors of code create some without it.
// Imported before everything else.
const nonce = document.querySelector('meta[name="style-nonce"]')?.content;
const create = Document.prototype.createElement;

if (nonce) {
  Document.prototype.createElement = function createElement(name, ...rest) {
    const element = create.call(this, name, ...rest);
    if (String(name).toLowerCase() === 'style') {
      element.setAttribute('nonce', nonce);
    }
    return element;
  };
}
