// The diagram as a file of its own, and as a picture.

export async function downloadDiagram(editor) {
  offer(editor.data.file, await editor.content(), 'application/xml');
}

export async function downloadPicture(editor) {
  const { svg } = await editor.modeler.saveSVG();
  offer(editor.data.file.replace(/\.\w+$/, '.svg'), plain(svg, editor.get('canvas').getContainer()), 'image/svg+xml');
}

export function offer(name, content, type) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([ content ], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// Outside of the page nobody knows its colours by name.
function plain(svg, container) {
  const style = getComputedStyle(container);
  return svg.replace(/var\((--[\w-]+)\)/g, (_whole, name) => style.getPropertyValue(name).trim() || 'currentColor');
}
