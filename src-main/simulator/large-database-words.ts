const WORDS = `the a to and of in is it you that for on we are with as at be this have from or by not but what
all were when can said there use each which she do how their if will up other about out many then them these so
some her would make like him into time has look two more write go see number no way could people my than first
water been call who its now find long down day did get come made may part train coffee tomorrow tonight morning
thanks great sorry maybe dinner lunch photo ticket station garden window bicycle weather island ferry meeting
invoice contract release deploy server backup printer holiday birthday present scarf umbrella recipe tomato
bread cinnamon harbour mountain snow concert violin guitar museum library novel chapter draft review question
answer promise surprise Gothenburg Hamburg Leeds Lisbon Kyoto møte Straße café naïve 東京 привет שלום 🎉 👍 😂 ❤️`
  .split(/\s+/)
  .filter((word) => word !== "");

/** A sentence of 1 to 24 words, mostly short; common words come up more often than rare ones. */
export function sampleSentence(fraction: () => number): string {
  const length = 1 + Math.floor(fraction() ** 2 * 24);
  let sentence = WORDS[Math.floor(fraction() * WORDS.length)] ?? "";
  for (let n = 1; n < length; n++) sentence += ` ${WORDS[Math.floor(fraction() ** 2 * WORDS.length)]}`;
  return sentence;
}
