// Small files that a person might ask about, made here so that their bytes are known.

import { deflateSync } from 'node:zlib';

function crc(bytes) {
    let value = 0xffffffff;
    for (const byte of bytes) {
        value ^= byte;
        for (let k = 0; k < 8; k += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
    return (value ^ 0xffffffff) >>> 0;
}

// A picture of one colour; https://www.w3.org/TR/png-3/
export function png(width = 8, height = 8, [red, green, blue] = [200, 30, 30]) {
    const part = (type, data) => {
        const out = Buffer.alloc(12 + data.length);
        out.writeUInt32BE(data.length, 0);
        out.write(type, 4, 'latin1');
        data.copy(out, 8);
        out.writeUInt32BE(crc(out.subarray(4, 8 + data.length)), 8 + data.length);
        return out;
    };
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    head.set([8, 2, 0, 0, 0], 8);
    const row = Buffer.from([0, ...Array.from({ length: width }, () => [red, green, blue]).flat()]);
    const rows = Buffer.concat(Array.from({ length: height }, () => row));
    return Buffer.concat([
        Buffer.from('89504e470d0a1a0a', 'hex'),
        part('IHDR', head),
        part('IDAT', deflateSync(rows)),
        part('IEND', Buffer.alloc(0)),
    ]);
}

// One page that says `text`; https://www.iso.org/standard/75839.html in its smallest form.
export function pdf(text) {
    const offsets = [];
    let out = '%PDF-1.4\n';
    const add = (body) => {
        offsets.push(out.length);
        out += `${offsets.length} 0 obj\n${body}\nendobj\n`;
    };
    const stream = `BT /F1 18 Tf 20 100 Td (${text}) Tj ET`;
    add('<</Type/Catalog/Pages 2 0 R>>');
    add('<</Type/Pages/Kids[3 0 R]/Count 1>>');
    add('<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>');
    add(`<</Length ${stream.length}>>\nstream\n${stream}\nendstream`);
    add('<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>');
    const table = out.length;
    out += `xref\n0 6\n0000000000 65535 f \n${offsets
        .map((at) => `${String(at).padStart(10, '0')} 00000 n \n`)
        .join('')}`;
    out += `trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`;
    return Buffer.from(out, 'latin1');
}
