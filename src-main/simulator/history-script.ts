import type { CONTACTS } from "./contacts.ts";
import type { Service } from "./macos.ts";

/** A contact by its short name in CONTACTS. */
export type ContactKey = keyof typeof CONTACTS;

/**
 * What was said at one time. A line is `> text` from the Mac's owner, `< text` from the other person, or
 * `name< text` in a group. What happens to it follows after bars:
 * `picture FILE`, `voice FILE`, `heard WORDS` (of the voice note), `link TITLE` (the text is an address),
 * `code CODE` (it stands in the text), `tapback WHO KIND`, `sticker WHO`, `edit NEW TEXT`, `unsend`, `reply N`
 * (to the message N lines before), `effect ID`; `poll A, B` makes the line a poll and `vote WHO A` votes in it.
 * A line `name* rename NEW NAME` renames the group, `name* add WHO` brings somebody in.
 */
export interface Episode {
  hoursAgo: number;
  lines: readonly string[];
}

/** A conversation: with one person, or a group with a name. */
export interface Script {
  people: readonly ContactKey[];
  group?: string;
  /** How these episodes travelled, where it is not the way the person usually writes. */
  service?: Service;
  episodes: readonly Episode[];
}

/** Two weeks of somebody's life, the last day in full. */
export const SCRIPTS: readonly Script[] = [
  {
    people: ["maya"],
    episodes: [
      {
        hoursAgo: 330,
        lines: [
          "< Are you back from Gothenburg yet?",
          "> Since last night. The ferry was late again",
          "< Of course it was 🙄",
          "> I brought you the tea you asked for",
          "< You are the best | tapback me love",
          "< Come by on the weekend?",
          "> Sunday afternoon?",
          "< Perfect",
        ],
      },
      {
        hoursAgo: 214,
        lines: [
          "< This is the view from the new place | picture harbour.png | tapback me love",
          "> Wow. And you said it was small",
          "< The view makes up for it",
          "> When is the housewarming?",
          "< As soon as I own more than two chairs",
          "> I have a spare one. It wobbles",
          "< Sold 😄 | tapback me laugh",
        ],
      },
      {
        hoursAgo: 97,
        lines: [
          "> Did you read the draft?",
          "< Half of it. The second chapter is strong",
          "< I would cut the first two pages though",
          "> Ouch. But yes",
          "> I will send you a new version on Thursday | edit I will send you a new version on Friday",
          "< No hurry",
        ],
      },
      {
        hoursAgo: 22,
        lines: [
          "< Good morning! Coffee at 10?",
          "> Make it 10:30 and I am in",
          "< 10:30 it is",
          "> The place on the corner?",
          "< Yes, they have the cardamom buns again | tapback me emphasize",
        ],
      },
      {
        hoursAgo: 5.5,
        lines: [
          "< That was lovely",
          "< I left my scarf there, did you see it?",
          "> Blue one? I have it | sticker them",
          "< Phew. Thank you!",
          "> I will bring it tomorrow | tapback them like",
        ],
      },
      { hoursAgo: 0.6, lines: ["< Are you free for a call around six?", "< It is about the trip"] },
    ],
  },
  {
    people: ["noor"],
    episodes: [
      {
        hoursAgo: 290,
        lines: [
          "> Is the staging server down or is it me?",
          "< It is not you. Disk full",
          "< Give me ten minutes",
          "> Thanks!",
          "< Up again. Logs had eaten everything",
          "> Same as in March?",
          "< Same as in March. I am adding an alarm now | tapback me like",
        ],
      },
      {
        hoursAgo: 146,
        lines: [
          "< Here is the write-up: https://example.com/reports/disk-alarm",
          "> Reading it now",
          "> Very clear. One question on the retention part",
          "< Sure",
          "> Why 14 days and not 30?",
          "< Because nobody ever looked at day 15",
          "> Fair | tapback them laugh",
        ],
      },
      {
        hoursAgo: 50,
        lines: [
          "< Can you review the migration before noon?",
          "> On it",
          "> Done. Two comments, nothing that blocks",
          "< You caught the index, nice",
          "< Merged 🎉 | effect com.apple.messages.effect.CKConfettiEffect",
        ],
      },
      {
        hoursAgo: 18,
        lines: [
          "< Deploy is through",
          "> Numbers look good from here",
          "< p95 went from 240 to 90 ms",
          "> That is the index? | reply 1",
          "< That is the index",
        ],
      },
      {
        hoursAgo: 3.2,
        lines: [
          "> Quick one: who owns the billing webhook?",
          "< Tomás since last week",
          "> Thank you",
          "< His calendar is full today, write to him",
        ],
      },
    ],
  },
  {
    people: ["tomas"],
    episodes: [
      {
        hoursAgo: 240,
        lines: [
          "< Are we still on for climbing on Tuesday?",
          "> Yes! Same hall?",
          "< The other one, they reset the overhang",
          "> My forearms hurt already",
          "< 💪",
        ],
      },
      {
        hoursAgo: 168,
        lines: [
          "< Made it home, no skin left on my fingers",
          "> Same. Worth it",
          "< You nearly had the yellow one",
          "> Next week",
          "< I have a video of your fall, do you want it | unsend",
          "< Never mind 😇",
        ],
      },
      {
        hoursAgo: 26,
        lines: [
          "> Noor says the billing webhook is yours now",
          "< Guilty. What did it do?",
          "> It retried one invoice eleven times",
          "< Impressive. I will have a look after lunch",
          "< Found it: the receiver answered 200 with an error page",
          "> Classic",
          "< Fixed and deployed | tapback me love",
        ],
      },
      {
        hoursAgo: 8,
        lines: [
          "< Voice note, I am on the bike | voice Audio Message.caf | heard I am on the bike. Thursday works for me, does it for you?",
          "> Got it. Yes to Thursday",
          "< 👌",
        ],
      },
    ],
  },
  {
    people: ["tomas"],
    service: "SMS",
    episodes: [
      {
        hoursAgo: 54,
        lines: ["< No data up here, only text messages. Back on Sunday", "> Enjoy the silence"],
      },
    ],
  },
  {
    people: ["priya"],
    episodes: [
      {
        hoursAgo: 312,
        lines: [
          "< Happy birthday!! | effect com.apple.messages.effect.CKHappyBirthdayEffect | tapback me love",
          "> Thank you! 🎂",
          "< What are you doing tonight?",
          "> Dinner with the family, nothing big",
          "< Enjoy it. Present follows",
        ],
      },
      {
        hoursAgo: 190,
        lines: [
          "< Did the parcel arrive?",
          "> It did! How did you find that edition?",
          "< A tiny shop in Leeds. The owner did not want to sell it",
          "> I am speechless",
          "> Here is its new place | picture shelf.png | tapback them love",
        ],
      },
      {
        hoursAgo: 73,
        lines: [
          "< I am in town from the 12th to the 15th",
          "> Stay with us!",
          "< Are you sure? I have a very large suitcase",
          "> The sofa has seen worse",
          "< Deal 🧳",
        ],
      },
      {
        hoursAgo: 12,
        lines: [
          "< Train is booked, I arrive at 14:05",
          "> I will pick you up",
          "< You do not have to",
          "> I know",
          "< ❤️ | tapback me love",
        ],
      },
    ],
  },
  {
    people: ["jonas"],
    episodes: [
      {
        hoursAgo: 120,
        lines: [
          "< Grüße aus Hamburg. Is the number on your website still right?",
          "> It is. But write here, I am faster",
          "< Good. I will send the contract today",
          "< Signed copy attached | picture contract-page.png",
          "> Received, thank you",
        ],
      },
      {
        hoursAgo: 15,
        lines: ["< Did the lawyers answer?", "> Tomorrow, they say", "< They always say tomorrow"],
      },
    ],
  },
  {
    people: ["pharmacy"],
    episodes: [
      {
        hoursAgo: 200,
        lines: [
          "< Corner Pharmacy: your order 4471 is ready. We are open until 18:30.",
          "> Thanks, I will come today",
        ],
      },
      { hoursAgo: 31, lines: ["< 482913 is your Corner Pharmacy code. Give it to nobody. | code 482913"] },
      { hoursAgo: 30, lines: ["< Corner Pharmacy: your order 4502 is delayed by one day. We are sorry."] },
      { hoursAgo: 6.5, lines: ["< Corner Pharmacy: your order 4502 is ready.", "> On my way"] },
    ],
  },
  {
    people: ["maya", "tomas", "priya"],
    group: "Island weekend",
    episodes: [
      {
        hoursAgo: 260,
        lines: [
          "maya< I made a group so that we stop planning in three places",
          "tomas< Finally",
          "> Who can do the last weekend of the month?",
          "priya< Me",
          "tomas< Me too, from Friday noon",
          "maya< Same",
          "maya* rename Island weekend 🏝️",
        ],
      },
      {
        hoursAgo: 125,
        lines: [
          "maya< The cabin on the north side is free",
          "maya< https://example.com/cabins/north-side | link North side cabin · two bedrooms, one stove",
          "maya< Two bedrooms and a stove | picture cabin.png | tapback tomas love | tapback me love",
          "priya< Does it have a shower?",
          "maya< It has a lake | tapback priya laugh",
          "> I can drive, four seats",
          "tomas< I bring the ropes",
          "priya< And I bring a towel",
        ],
      },
      {
        hoursAgo: 40,
        lines: [
          "> Ferry times are out: 9:15 and 13:40",
          "tomas< 13:40, please",
          "priya< 13:40",
          "maya< Then 13:40 it is, I will book | reply 3",
          "tomas< What do I owe you? | tapback maya question",
          "maya< Later",
          "priya< What do we cook on Friday? | poll Chili, Pasta, Fish | vote tomas Chili | vote maya Pasta | vote me Pasta",
        ],
      },
      {
        hoursAgo: 10,
        lines: [
          "maya< Booked! Four people, one car",
          "priya< 🎉🎉",
          "tomas< Shopping list?",
          "> Coffee, bread, more coffee",
          "tomas< You forgot coffee | tapback me laugh",
          "maya< I put a list here: https://example.com/lists/island",
        ],
      },
      {
        hoursAgo: 1.7,
        lines: ["priya< Weather says sun on both days", "tomas< Weather lies", "> Bring a jacket"],
      },
    ],
  },
  {
    people: ["noor", "tomas"],
    group: "Release crew",
    episodes: [
      {
        hoursAgo: 140,
        lines: [
          "noor* add jonas",
          "noor< Freeze is on Wednesday, please land what you have",
          "tomas< Two left on my side",
          "> Mine is in review",
          "jonas< The translations arrive tonight",
          "noor< Great",
        ],
      },
      {
        hoursAgo: 20,
        lines: [
          "noor< Release candidate is up",
          "tomas< Smoke tests green",
          "jonas< German is complete, Swedish at 96 %",
          "> Rolling out to 5 % now",
          "noor< Errors flat | tapback me like",
          "tomas< Support is quiet too",
          "> 50 %",
          "noor< Still flat",
          "> 100 % 🚀 | tapback noor emphasize | tapback tomas love",
        ],
      },
      {
        hoursAgo: 2.4,
        lines: [
          "jonas< Swedish is at 100 %",
          "noor< Thank you all, that was the calmest one this year",
          "tomas< Do not say that before Friday",
          "> Too late",
        ],
      },
    ],
  },
  {
    people: ["echo"],
    episodes: [{ hoursAgo: 4, lines: ["> hello", "< Hi! Write anything and I will say it back."] }],
  },
];
