/** From a title to a session's name, and what is wrong with a name. Pure. */

export type NameProblem = "empty" | "letters" | "long" | "reserved" | "taken";

export const LONGEST_NAME = 64;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const RESERVED = /^(completed|con|prn|aux|nul|(com|lpt)[1-9])$/i;

/** Letters that do not fall apart into a Latin one and its marks, each before what stands for it. */
const LETTERS = new Map(
  (
    "ß ss æ ae œ oe ø o ł l đ d ð d þ th ı i " +
    "а a б b в v г g ґ g д d е e є ye ж zh з z и i і i к k л l м m н n о o п p р r с s т t у u " +
    "ф f х kh ц ts ч ch ш sh щ shch ъ _ ы y ь _ э e ю yu я ya ђ dj ј j љ lj њ nj ћ c џ dz " +
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f " +
    "χ ch ψ ps ω o"
  )
    .split(" ")
    .flatMap((letter, at, all) =>
      at % 2 ? [] : [[letter, all[at + 1]?.replace("_", "")] as const],
    ),
);

/** The name that a title gives: "The colder sea!" gives "the-colder-sea"; a name stays as it is. */
export function nameFrom(title: string): string {
  const text = title.trim();
  if (NAME.test(text)) {
    return text;
  }
  return Array.from(
    text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/[\p{M}'’]/gu, ""),
  )
    .map((letter) => LETTERS.get(letter) ?? letter)
    .join("")
    .replace(/[^a-z0-9_]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "");
}

/**
 * What keeps a title from naming a new session.
 *
 * @param taken the names of the sessions that there are
 */
export function nameProblem(title: string, taken: readonly string[]): NameProblem | undefined {
  const name = nameFrom(title);
  if (title.trim() === "") {
    return "empty";
  }
  if (name === "") {
    return "letters";
  }
  if (name.length > LONGEST_NAME) {
    return "long";
  }
  if (RESERVED.test(name)) {
    return "reserved";
  }
  const folded = name.toLowerCase();
  return taken.some((each) => each.toLowerCase() === folded) ? "taken" : undefined;
}
