// Lines of a text, and what is told of one without reading its words.
#ifndef LINES_H
#define LINES_H

#include "words.h"

INLINE size_t characters_in(Text text) {
    size_t count = 0;
    for (const uint8_t *at = text.at; at < text.end; at++) count += (*at & 0xC0) != 0x80;
    return count;
}

INLINE uint64_t hash_of(Text text) {
    uint64_t hash = 0, chunk;
    size_t left = (size_t)(text.end - text.at);
    for (; left >= 8; left -= 8, text.at += 8) memcpy(&chunk, text.at, 8), hash = mix(hash ^ chunk) + left;
    chunk = left;
    memcpy(&chunk, text.at, left);
    return mix(hash ^ chunk) + left;
}

// Return the character that ends at `end`, and where it starts.
INLINE uint32_t point_before(const uint8_t *begin, const uint8_t *end, const uint8_t **start) {
    const uint8_t *at = end - 1;
    while (at > begin && (*at & 0xC0) == 0x80) at--;
    *start = at;
    Text one = {at, end};
    return next_point(&one);
}

INLINE Text trimmed(Text text) {
    while (text.at < text.end) {
        Text ahead = text;
        if (!(flags_of(next_point(&ahead)) & SPACE)) break;
        text.at = ahead.at;
    }
    while (text.at < text.end) {
        const uint8_t *start;
        if (!(flags_of(point_before(text.at, text.end, &start)) & SPACE)) break;
        text.end = start;
    }
    return text;
}

INLINE Text next_line(Text *text) {
    const uint8_t *end = memchr(text->at, '\n', (size_t)(text->end - text->at));
    Text line = {text->at, end ? end : text->end};
    text->at = end ? end + 1 : text->end;
    return line;
}

#endif
