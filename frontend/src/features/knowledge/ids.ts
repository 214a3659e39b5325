const MOST_WORDS = 4;
const MOST_CHARS = 60;

/** Words that say nothing about what a question is about, in English and in Hinglish. */
const EMPTY_WORDS = new Set(
  (
    "a about am an and any are as at be been but by can could did do does for from get give had has have how i if in " +
    "into is it its like may me mine my no not of on or our please should so some such tell than that the their them " +
    "then there these they this to us want was we were what when where which who why will with would you your " +
    "aap agar apna apne aur bhi ho hai hain hoga hota hoti hu hun jaye ka kab kaha kahan kaise kar kare karna karo " +
    "karu karun kaun ke ki kis kitna kitni ko kya kyu kyun liye main me mein mera mere meri mujhe nahi ne par se ya ye"
  ).split(" "),
);

/** Proposes an id such as `cards-block-lost` for an entry; empty while there is nothing to make it of.
 *
 * Ids stay when words change, so it is a proposal that the writer may change before the first save.
 */
export function suggestId(category: string, question: string): string {
  const about = plainWords(question).filter((word) => !EMPTY_WORDS.has(word));
  const group = plainWords(category);
  const said = new Set(group);
  const words = about.filter((word) => !said.has(word) && !said.has(`${word}s`)).slice(0, MOST_WORDS);
  // A question in Devanagari has no Roman words: a number made of it tells it from its neighbours.
  if (words.length === 0 && question.trim()) words.push(fingerprint(question.trim()));
  if (words.length === 0) return "";
  return shortened([...group, ...words].join("-"));
}

/** Puts a number behind an id that is taken. */
export function nextId(id: string): string {
  const numbered = /^(.*)-(\d{1,3})$/.exec(id);
  return numbered ? `${numbered[1]}-${Number(numbered[2]) + 1}` : `${id}-2`;
}

function plainWords(text: string): string[] {
  const plain = text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/['’](s\b)?|\p{M}/gu, "");
  return plain.match(/[a-z0-9]+/g) ?? [];
}

function shortened(id: string): string {
  if (id.length <= MOST_CHARS) return id;
  return id
    .slice(0, MOST_CHARS + 1)
    .replace(/-[^-]*$/, "")
    .slice(0, MOST_CHARS);
}

/** FNV-1a, six hexadecimal digits: the same question gets the same number. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0").slice(0, 6);
}
