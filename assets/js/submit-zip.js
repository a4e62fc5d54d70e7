// A ZIP archive of a few files, stored without compression, names in UTF-8.

import { bytesOf } from "./submit-http.js";

function crc32(bytes) {
  let crc = ~0;
  for (const b of bytes) {
    crc ^= b;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

// numbers gives little-endian bytes of [size, value] pairs.
const numbers = (...pairs) => Uint8Array.from(pairs.flatMap(([size, value]) => Array.from({ length: size }, (_, i) => (value >>> (8 * i)) & 255)));

// zip takes [{path, text or bytes}] and gives the archive as a Blob.
export function zip(files, now = new Date()) {
  const date = ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate();
  const time = (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1);
  const parts = [], index = [];
  let at = 0, indexed = 0;
  for (const { path, text, bytes } of files) {
    const name = bytesOf(path), data = bytesOf(bytes || text);
    const common = [[2, 20], [2, 0x800], [2, 0], [2, time], [2, date], [4, crc32(data)], [4, data.length], [4, data.length], [2, name.length], [2, 0]];
    const local = numbers([4, 0x04034b50], ...common);
    const entry = numbers([4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]);
    parts.push(local, name, data);
    index.push(entry, name);
    at += local.length + name.length + data.length;
    indexed += entry.length + name.length;
  }
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, indexed], [4, at], [2, 0]);
  return new Blob([...parts, ...index, end], { type: "application/zip" });
}
