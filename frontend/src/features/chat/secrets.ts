const DEVANAGARI_ZERO = "०".charCodeAt(0);
const RUN = /\d(?:[ \-./]{0,2}\d){12,}/g;
const CODE =
  /(?:\b(?:otp|o\.t\.p|one[ -]?time[ -]?password|(?:upi |atm |m|t)?pin|cvv2?|cvc|passcode|password)\b|ओटीपी|पिन|सीवीवी|पासवर्ड)(?:\s*(?:\b(?:is|was|my|the|code|number|no|hai|h|ka|ki)\b|है|नंबर|कोड|[:=\-.,#]))*\s*(\d{3,8})(?![\d,])/gi;
const CODE_AFTER = /(?<![\d,.])(\d{4,8})\s+(?:is|was)\s+(?:my|the)\s+(?:\w+\s+)?(?:otp|pin|cvv|password)\b/gi;

/** What in a text looks like a card number or a secret code. The server hides it anyway; better it is never sent. */
export function secretsIn(text: string): string[] {
  const plain = withPlainDigits(text);
  const cards = [...plain.matchAll(RUN)].filter(isCardLike).map((match) => span(text, match.index, match[0]));
  const codes = [CODE, CODE_AFTER].flatMap((pattern) =>
    [...plain.matchAll(pattern)].map((match) => {
      const code = match[1] ?? "";
      return span(text, match.index + match[0].lastIndexOf(code), code);
    }),
  );
  return [...new Set([...cards, ...codes])];
}

/** The text without them. */
export function withoutSecrets(text: string): string {
  return secretsIn(text).reduce((rest, secret) => rest.replaceAll(secret, "•••"), text);
}

function isCardLike(match: RegExpMatchArray): boolean {
  const digits = match[0].replace(/\D/g, "").length;
  return digits >= 13 && digits <= 19;
}

/** One character for one, so that places stay places. */
function withPlainDigits(text: string): string {
  return text.replace(/[०-९]/g, (digit) => String(digit.charCodeAt(0) - DEVANAGARI_ZERO));
}

function span(text: string, start: number, found: string): string {
  return text.slice(start, start + found.length);
}
