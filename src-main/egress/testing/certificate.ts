import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** One value in DER (ITU-T X.690): its tag, its length, its content. */
function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const SEQUENCE = 0x30;
const SET = 0x31;
const hex = (text: string): Buffer => Buffer.from(text, "hex");
/** 1.2.840.10045.4.3.2, ecdsa-with-SHA256. */
const ECDSA = der(SEQUENCE, hex("06082a8648ce3d040302"));

/**
 * A certificate that is signed by itself, for one name, valid for an hour before and after now, or for the hours given
 * (RFC 5280, 4.1). As PEM, with its key.
 */
export function selfSigned(name: string, hours: [number, number] = [-1, 1]): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const common = der(SEQUENCE, hex("0603550403"), der(0x0c, Buffer.from(name)));
  const subject = der(SEQUENCE, der(SET, common));
  const [from, to] = hours.map((hour) => {
    const time = new Date(Date.now() + hour * 3_600_000).toISOString().replace(/[-:T]|\.\d+/g, "");
    return der(0x18, Buffer.from(time));
  });
  const alternative = der(SEQUENCE, der(0x82, Buffer.from(name)));
  const extensions = der(0xa3, der(SEQUENCE, der(SEQUENCE, hex("0603551d11"), der(0x04, alternative))));
  const spki = publicKey.export({ type: "spki", format: "der" });
  const tbs = der(
    SEQUENCE,
    der(0xa0, hex("020102")),
    der(0x02, Buffer.concat([hex("01"), randomBytes(8)])),
    ECDSA,
    subject,
    der(SEQUENCE, from ?? hex(""), to ?? hex("")),
    subject,
    spki,
    extensions,
  );
  const signature = sign("sha256", tbs, privateKey);
  const whole = der(SEQUENCE, tbs, ECDSA, der(0x03, hex("00"), signature));
  const lines = whole.toString("base64").replace(/(.{64})/g, "$1\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
