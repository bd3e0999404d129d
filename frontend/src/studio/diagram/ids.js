// Ids as words.

const GENERATED = /^(Activity|Event|Gateway|Flow|Lane|Participant|Process|DataObjectReference|DataStoreReference|Group|TextAnnotation|Association|StartEvent|Task)_[0-9a-z]{5,}$/;
const LONGEST = 60;

/** Return "data_lengkap" for "Data lengkap?"; "" where no letter is left. */
export function slug(name) {
  const plain = name.normalize('NFKD').replace(/[^\x00-\x7f]/g, '').toLowerCase();
  const words = plain.replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  return /^[0-9]/.test(words) ? `n_${words}`.slice(0, LONGEST) : words.slice(0, LONGEST).replace(/_+$/, '');
}

export function isGenerated(id) {
  return GENERATED.test(id);
}
