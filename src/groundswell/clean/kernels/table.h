// A hash table of 64-bit hashes that is emptied in no time, used for one text after the other.
#ifndef TABLE_H
#define TABLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

typedef struct {
    uint64_t hash;
    uint32_t stamp, count;
} Slot;

typedef struct {
    Slot *slots;
    size_t size, mask;  // there are `size` slots, of which `mask` + 1 are used
    int shift;
    uint32_t stamp;
} Table;

// Empty the table and make room for `count` hashes, whose high bits must be well mixed; return 0 if memory ran out.
static int table_begin(Table *table, size_t count) {
    int bits = 6;
    while ((1ull << bits) < 2 * count) bits++;
    if ((1ull << bits) > table->size) {
        free(table->slots);
        table->size = 1ull << bits;
        table->slots = calloc(table->size, sizeof *table->slots);
        table->stamp = 0;
        if (!table->slots) return table->size = 0, 0;
    }
    if (++table->stamp == 0) {
        memset(table->slots, 0, table->size * sizeof *table->slots);
        table->stamp = 1;
    }
    table->mask = (1ull << bits) - 1, table->shift = 64 - bits;
    return 1;
}

// Return the slot of a hash; its count is 0 if the hash is new.
INLINE Slot *table_slot(Table *table, uint64_t hash) {
    size_t place = hash >> table->shift;
    for (;; place = (place + 1) & table->mask) {
        Slot *slot = table->slots + place;
        if (slot->stamp != table->stamp) {
            slot->hash = hash, slot->stamp = table->stamp, slot->count = 0;
            return slot;
        }
        if (slot->hash == hash) return slot;
    }
}

#endif
