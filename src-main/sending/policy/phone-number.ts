import { createRequire } from "node:module";

type Numbers = typeof import("libphonenumber-js/min");

const require = createRequire(import.meta.url);
let loaded: Numbers | undefined;

/** Read in with the first number that does not say its country: most never come to that, and a start need not wait. */
function numbers(): Numbers {
  loaded ??= require("libphonenumber-js/min") as Numbers;
  return loaded;
}

/** Shorter ones are short codes and numbers within a town, which have no country. */
const FEWEST_DIGITS = 7;

/**
 * An address in the one form in which the same person's is always the same: a phone number with its country (E.164),
 * an Apple ID in small letters. A number that has its country is taken as it is; so is one that cannot be completed for
 * sure, because it is too short or too long, or because no `callingCode` is known. The last four digits stay the same.
 * @param callingCode of the country that is meant where a number does not say, such as "44".
 */
export function spelledOut(address: string, callingCode: string | null): string {
  if (address.includes("@")) return address.toLowerCase();
  const number = nationally(address, callingCode);
  if (!number?.isPossible()) return address;
  // What is a number there may lose a prefix that is only dialled; to anything else its country is added at most.
  return number.isValid() || number.number.endsWith(address) ? number.number : address;
}

/**
 * A number as it is best given to Messages, which may complete one by another country than was meant here: with its
 * country, where it surely is a number there. Anything else stays as it is. `callingCode` is asked only where a number
 * does not say.
 */
export function withCountry(address: string, callingCode: () => string | null): string {
  if (address.startsWith("+") || address.includes("@")) return address;
  const number = nationally(address, callingCode());
  return number?.isValid() ? number.number : address;
}

/** The country's calling code of a number that says it, such as "44"; null for anything else. */
export function callingCodeOf(address: string): string | null {
  if (!address.startsWith("+")) return null;
  return numbers().parsePhoneNumberFromString(address, { extract: false })?.countryCallingCode ?? null;
}

/** A number without its country, read as one of that country; null for anything else. */
function nationally(address: string, callingCode: string | null) {
  if (callingCode === null || !/^\d+$/.test(address) || address.length < FEWEST_DIGITS) return null;
  return (
    numbers().parsePhoneNumberFromString(address, { defaultCallingCode: callingCode, extract: false }) ?? null
  );
}
