const BUBBLE = "com.apple.MobileSMS.expressivesend.";
const SCREEN = /^com\.apple\.messages\.effect\.CK(.+)Effect$/;

const NAMES: ReadonlyMap<string, string> = new Map([
  ["impact", "slam"],
  ["loud", "loud"],
  ["gentle", "gentle"],
  ["invisibleink", "invisible_ink"],
  ["Echo", "echo"],
  ["Spotlight", "spotlight"],
  ["HappyBirthday", "balloons"],
  ["Confetti", "confetti"],
  ["Heart", "heart"],
  ["Lasers", "lasers"],
  ["Fireworks", "fireworks"],
  ["ShootingStar", "shooting_star"],
  ["Sparkles", "sparkles"],
]);

/** What Messages' own window calls an `expressive_send_style_id`; one that is not known stays as it is. */
export function effectName(style: string): string {
  const short = style.startsWith(BUBBLE) ? style.slice(BUBBLE.length) : SCREEN.exec(style)?.[1];
  return (short === undefined ? undefined : NAMES.get(short)) ?? style;
}
