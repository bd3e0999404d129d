// What a form can be made of, in words, and what a new one begins with.
import { aLine, newName } from './document.js';

export const COMMON = [ 'textfield', 'textarea', 'number', 'datetime', 'radio', 'select', 'checkbox', 'filepicker', 'group', 'text' ];
export const OTHERS = [ 'checklist', 'taglist', 'dynamiclist', 'expression', 'table', 'html', 'image', 'iframe', 'documentPreview', 'separator', 'spacer', 'button' ];
export const CHOICES = new Set([ 'radio', 'select', 'checklist', 'taglist' ]);
export const INPUTS = new Set([ 'textfield', 'textarea', 'number', 'datetime', 'checkbox', 'filepicker', 'expression', ...CHOICES ]);

export function nameOf(kind, t) {
  return COMMON.includes(kind) || OTHERS.includes(kind) ? t(`kind.${kind}`) : kind;
}

export function titleOf(part, t) {
  const label = part[labelName(part)] || part.dateLabel || part.timeLabel || part.label || part.title || part.alt;
  const text = typeof (part.text ?? part.content) === 'string' ? (part.text ?? part.content) : '';
  const begins = text.replace(/[*_#]|<[^>]*>/g, '').trim().slice(0, 60);
  return label || begins || part.key || nameOf(part.type, t);
}

export function labelName(part) {
  return part.type !== 'datetime' ? 'label' : part.subtype === 'time' ? 'timeLabel' : 'dateLabel';
}

export function newPart(kind, doc, names, t) {
  const label = t(kind === 'group' ? 'part.newGroup' : 'part.newField');
  const part = { type: kind };
  if (INPUTS.has(kind) || kind === 'group' || kind === 'dynamiclist' || kind === 'table') {
    part[kind === 'datetime' ? 'dateLabel' : 'label'] = label;
  }
  Object.assign(part, {
    datetime: { subtype: 'date' },
    group: { components: [], showOutline: true },
    dynamiclist: { components: [], isRepeating: true, allowAddRemove: true, defaultRepetitions: 1, showOutline: true },
    text: { text: t('part.newText') },
    html: { content: `<p>${t('part.newText')}</p>` },
    expression: { expression: '=null', computeOn: 'change' },
    table: { dataSource: '=[]', columns: [ { key: 'nama', label: t('part.newColumn') } ] },
    button: { label: t('part.newButton'), action: 'submit' },
    image: { alt: '', source: '' },
    iframe: { label: t('part.newPage'), url: '' },
    documentPreview: { dataSource: '=[]' },
    spacer: { height: 60 }
  }[kind]);
  if (CHOICES.has(kind)) {
    part.values = [ 1, 2 ].map((number) => ({ label: `${t('box.options')} ${number}`, value: `pilihan_${number}` }));
  }
  part.layout = aLine();
  part.id = newName('Field');
  if (INPUTS.has(kind)) {
    part.key = doc.freeKey('isian_baru', names);
  } else if (kind === 'dynamiclist') {
    part.path = doc.freeKey('daftar_baru', names);
  }
  return part;
}
