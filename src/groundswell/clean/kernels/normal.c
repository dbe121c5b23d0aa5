// Plain white space and no invisible characters: see `unicode.normalize`, which does the rest.
#include <stdlib.h>

#include "words.h"

enum { PLAIN, BLANK, LINE_END, INVISIBLE };

static int kind_of(uint32_t point) {
    switch (point) {
        case '\n': case '\r': case 0x0B: case 0x0C: case 0x85: case 0x2028: case 0x2029: return LINE_END;
        case ' ': case '\t': return BLANK;
        case 0xFEFF: case 0xAD: case 0x200B: case 0x2060: return INVISIBLE;
    }
    if (point < 0x20 || (point >= 0x7F && point < 0xA0)) return INVISIBLE;
    return flags_of(point) & SPACE ? BLANK : PLAIN;
}

typedef struct {
    uint8_t *begin, *at;     // where the text is written
    uint8_t *indent;         // blanks at the start of the line
    size_t indented;
    size_t line_ends;        // since the last character
    int is_line_start, has_blank, has_marks;
} Writer;

static void write_before(Writer *writer) {
    if (writer->at > writer->begin) {
        for (size_t end = 0; end < writer->line_ends && end < 2; end++) *writer->at++ = '\n';
        if (writer->is_line_start) {
            memcpy(writer->at, writer->indent, writer->indented);
            writer->at += writer->indented;
        } else if (writer->has_blank) {
            *writer->at++ = ' ';
        }
    }
    writer->line_ends = writer->indented = 0;
    writer->is_line_start = writer->has_blank = 0;
}

static void normalize_text(Text text, Writer *writer) {
    uint8_t kinds[0x80];
    for (uint32_t point = 0; point < 0x80; point++) kinds[point] = (uint8_t)kind_of(point);
    while (text.at < text.end) {
        const uint8_t *start = text.at;
        uint32_t point = next_point(&text);
        int kind = point < 0x80 ? kinds[point] : kind_of(point);
        if (kind == PLAIN) {
            write_before(writer);
            while (text.at < text.end && *text.at < 0x80 && kinds[*text.at] == PLAIN) text.at++;
            memcpy(writer->at, start, (size_t)(text.at - start));
            writer->at += text.at - start;
            writer->has_marks |= point >= 0x300;
        } else if (kind == BLANK) {
            if (writer->is_line_start) writer->indent[writer->indented++] = point == '\t' ? '\t' : ' ';
            else writer->has_blank = 1;
        } else if (kind == LINE_END) {
            if (point == '\r' && text.at < text.end && *text.at == '\n') text.at++;
            writer->line_ends++;
            writer->is_line_start = 1, writer->indented = 0, writer->has_blank = 0;
        }
    }
}

// Write texts with plain white space; see `c4_lines` for the buffers. `may_compose` [n] is 1 where a text has
// characters that normal form C may join. Returns 0, or -1 if memory ran out.
int64_t normalize_texts(int64_t n, const int64_t *offsets, const uint8_t *data, uint8_t *written, int64_t *ends,
                    uint8_t *may_compose) {
    uint8_t *target = written, *indent = NULL;
    size_t room = 0;
    for (int64_t row = 0; row < n; row++) {
        Text text = {data + offsets[row], data + offsets[row + 1]};
        size_t size = (size_t)(text.end - text.at) + 1;
        if (size > room) {
            free(indent);
            indent = malloc(room = size + size / 2);
            if (!indent) return -1;
        }
        Writer writer = {.begin = target, .at = target, .indent = indent, .is_line_start = 1};
        normalize_text(text, &writer);
        target = writer.at;
        ends[row] = target - written;
        may_compose[row] = (uint8_t)writer.has_marks;
    }
    free(indent);
    return 0;
}
