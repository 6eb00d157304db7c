import { crc32, deflateSync } from "node:zlib";

/**
 * A small valid PNG (48 × 48, a gradient between two colours that `hue`, 0 to 359, chooses), so that what
 * shows or converts pictures has a real one.
 */
export function samplePicture(hue: number): Buffer {
  const size = 48;
  const rows = Buffer.alloc(size * (1 + size * 3));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const at = y * (1 + size * 3) + 1 + x * 3;
      const angle = ((hue + (x + y) / 2) * Math.PI) / 180;
      for (let channel = 0; channel < 3; channel++) {
        rows[at + channel] = Math.round(140 + 90 * Math.cos(angle - (channel * 2 * Math.PI) / 3));
      }
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A voice note as Messages records one: a Core Audio file, here half a second of a 440 Hz tone. */
export function sampleVoiceNote(): Buffer {
  const rate = 8000;
  const samples = Buffer.alloc(rate);
  for (let n = 0; n < rate / 2; n++) {
    samples.writeInt16BE(Math.round(8000 * Math.sin((2 * Math.PI * 440 * n) / rate)), n * 2);
  }
  const description = Buffer.alloc(32);
  description.writeDoubleBE(rate, 0);
  description.write("lpcm", 8, "latin1");
  // Flags 0 (big-endian integers), 2 bytes a packet, 1 frame a packet, 1 channel, 16 bits.
  for (const [n, value] of [0, 2, 1, 1, 16].entries()) description.writeUInt32BE(value, 12 + n * 4);
  const edits = Buffer.alloc(4);
  return Buffer.concat([
    Buffer.from([0x63, 0x61, 0x66, 0x66, 0, 1, 0, 0]),
    audioChunk("desc", description),
    audioChunk("data", Buffer.concat([edits, samples])),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

function audioChunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.write(type, 0, "latin1");
  head.writeBigInt64BE(BigInt(data.length), 4);
  return Buffer.concat([head, data]);
}
