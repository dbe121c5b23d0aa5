// Reading UTF-8 as words in lower case. Texts come from Arrow, so they are valid UTF-8.
#ifndef WORDS_H
#define WORDS_H

#include <stdint.h>
#include <string.h>

#include "characters.h"

#define INLINE static inline __attribute__((always_inline))

typedef struct {
    const uint8_t *at, *end;
} Text;

typedef struct {
    uint64_t hash;     // of its characters in lower case
    uint32_t length;   // in characters
    uint8_t flags;     // what any of its characters is
    const uint8_t *start, *end;
} Word;

// The first page of each table is that of the first characters.
INLINE uint8_t flags_of(uint32_t point) {
    return point < 256 ? FLAGS[point] : FLAGS[FLAG_PAGE[point >> 8] * 256 + (point & 255)];
}

INLINE uint32_t lower_of(uint32_t point) {
    return point + (uint32_t)(point < 256 ? LOWER[point] : LOWER[LOWER_PAGE[point >> 8] * 256 + (point & 255)]);
}

// Return the next character and step over it.
INLINE uint32_t next_point(Text *text) {
    const uint8_t *at = text->at;
    uint32_t first = at[0];
    if (first < 0x80) { text->at += 1; return first; }
    if (first < 0xE0) { text->at += 2; return (first & 31) << 6 | (at[1] & 63); }
    if (first < 0xF0) { text->at += 3; return (first & 15) << 12 | (at[1] & 63) << 6 | (at[2] & 63); }
    text->at += 4;
    return (first & 7) << 18 | (at[1] & 63) << 12 | (at[2] & 63) << 6 | (at[3] & 63);
}

// Return a bijective scrambling of 64 bits.
// Source: the finaliser of SplitMix64: Steele, Lea and Flood (2014), doi:10.1145/2660193.2660195.
INLINE uint64_t mix(uint64_t value) {
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return value ^ value >> 31;
}

INLINE uint64_t join(uint64_t hash, uint64_t next) { return (hash + next) * 0x9E3779B97F4A7C15u; }

// Find the next word; return 0 at the end of the text. The hash is not yet scrambled.
INLINE int next_word(Text *text, Word *word) {
    uint64_t hash = 0;
    uint32_t length = 0;
    uint8_t all = 0;
    while (text->at < text->end) {
        const uint8_t *start = text->at;
        uint32_t point = next_point(text);
        uint8_t flags = flags_of(point);
        if (!length) {
            if (!(flags & WORD)) continue;
            word->start = start;
        } else if (!(flags & WORD) || flags & ALONE) {
            if (flags & ALONE) text->at = start;
            word->end = start;
            word->hash = hash, word->length = length, word->flags = all;
            return 1;
        }
        all |= flags;
        hash = join(hash, lower_of(point) + 1);
        length++;
        if (flags & ALONE) break;
    }
    if (!length) return 0;
    // Marks belong to the letter before them, also to one that stands alone.
    while (text->at < text->end) {
        Text ahead = *text;
        uint32_t point = next_point(&ahead);
        if (!(flags_of(point) & MARK)) break;
        hash = join(hash, lower_of(point) + 1);
        length++;
        *text = ahead;
    }
    word->end = text->at;
    word->hash = hash, word->length = length, word->flags = all;
    return 1;
}

#endif
