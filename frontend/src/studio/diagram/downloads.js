// The diagram as a picture.
import { download } from '../dom.js';

export async function downloadPicture(editor) {
  const { svg } = await editor.modeler.saveSVG();
  download(editor.data.file.replace(/\.\w+$/, '.svg'), plain(svg, editor.get('canvas').getContainer()), 'image/svg+xml');
}

// Outside of the page nobody knows its colours by name.
function plain(svg, container) {
  const style = getComputedStyle(container);
  return svg.replace(/var\((--[\w-]+)\)/g, (_whole, name) => style.getPropertyValue(name).trim() || 'currentColor');
}
