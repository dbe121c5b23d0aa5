// Shingles of texts, the band keys that near copies share, and how similar two texts are.
#include <stdlib.h>

#include "words.h"

enum { BANDS = 14, ROWS = 8, HASHES = BANDS * ROWS, SHINGLE = 5, MIN_WORDS = 16, SKETCH = 512 };

typedef struct {
    uint64_t *units;
    uint32_t *shingles, *spare;
    size_t room;
} Scratch;

static uint32_t FACTORS[HASHES], OFFSETS[HASHES];

__attribute__((constructor)) static void choose_hashes(void) {
    for (uint64_t place = 0; place < HASHES; place++) {
        FACTORS[place] = (uint32_t)mix(20261122 + 2 * place) | 1;
        OFFSETS[place] = (uint32_t)mix(20261122 + 2 * place + 1);
    }
}

static int reserve(Scratch *scratch, size_t room) {
    if (room <= scratch->room) return 1;
    free(scratch->units), free(scratch->shingles), free(scratch->spare);
    room += room / 2;
    scratch->units = malloc(room * sizeof *scratch->units);
    scratch->shingles = malloc(room * sizeof *scratch->shingles);
    scratch->spare = malloc(room * sizeof *scratch->spare);
    scratch->room = room;
    return scratch->units && scratch->shingles && scratch->spare;
}

// Fill `units` with the hashes of the words; return how many there are.
static size_t words_of(Text text, uint64_t *units) {
    Word word;
    size_t count = 0;
    while (next_word(&text, &word)) units[count++] = mix(word.hash);
    return count;
}

// Fill `units` with the characters of the words, with single spaces between and around them; at least SHINGLE.
static size_t characters_of(Text text, uint64_t *units) {
    Word word;
    size_t count = 0;
    while (next_word(&text, &word)) {
        Text inside = {word.start, word.end};
        units[count++] = mix(' ');
        while (inside.at < inside.end) units[count++] = mix(lower_of(next_point(&inside)));
    }
    if (!count) return 0;
    units[count++] = mix(' ');
    while (count < SHINGLE) units[count++] = mix(' ');
    return count;
}

// Return a hash of the numbers in a text, 0 if there are none: `order 17` is no copy of `order 18`.
static uint64_t numbers_of(Text text) {
    uint64_t hash = 0;
    int inside = 0;
    while (text.at < text.end) {
        uint32_t point = next_point(&text);
        int is_digit = (flags_of(point) & DIGIT) != 0;
        if (is_digit) hash = mix(join(hash, point + (inside ? 0 : 1u << 24)));
        inside = is_digit;
    }
    return hash;
}

static size_t shingles_of(const uint64_t *units, size_t count, uint32_t *shingles) {
    size_t runs = count >= SHINGLE ? count - SHINGLE + 1 : 0;
    for (size_t start = 0; start < runs; start++) {
        uint64_t hash = 0;
        for (int place = 0; place < SHINGLE; place++) hash = join(hash, units[start + place]);
        shingles[start] = (uint32_t)(mix(hash) >> 32);
    }
    return runs;
}

static void insertion_sort(uint32_t *values, size_t count) {
    for (size_t place = 1; place < count; place++) {
        uint32_t value = values[place];
        size_t hole = place;
        for (; hole && values[hole - 1] > value; hole--) values[hole] = values[hole - 1];
        values[hole] = value;
    }
}

// Sort by the highest byte into 256 heaps, then each heap by itself: hashes are spread evenly.
static void sort(uint32_t *values, uint32_t *spare, size_t count) {
    if (count > 64) {
        size_t starts[257] = {0};
        for (size_t place = 0; place < count; place++) starts[(values[place] >> 24) + 1]++;
        for (int heap = 0; heap < 256; heap++) starts[heap + 1] += starts[heap];
        for (size_t place = 0; place < count; place++) spare[starts[values[place] >> 24]++] = values[place];
        memcpy(values, spare, count * sizeof *values);
    }
    insertion_sort(values, count);
}

static size_t distinct(uint32_t *values, size_t count) {
    size_t kept = 0;
    for (size_t place = 0; place < count; place++)
        if (!kept || values[place] != values[kept - 1]) values[kept++] = values[place];
    return kept;
}

// Lower each of the minima to the least value of its hash function over the shingles.
INLINE void lower_minima(const uint32_t *shingles, size_t count, uint32_t *minima) {
    enum { LANES = 16 };
    for (int first = 0; first < HASHES; first += LANES) {
        uint32_t least[LANES];
        for (int lane = 0; lane < LANES; lane++) least[lane] = minima[first + lane];
        for (size_t place = 0; place < count; place++)
            for (int lane = 0; lane < LANES; lane++) {
                uint32_t value = shingles[place] * FACTORS[first + lane] + OFFSETS[first + lane];
                least[lane] = value < least[lane] ? value : least[lane];
            }
        for (int lane = 0; lane < LANES; lane++) minima[first + lane] = least[lane];
    }
}

static void lower_minima_anywhere(const uint32_t *shingles, size_t count, uint32_t *minima) {
    lower_minima(shingles, count, minima);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void lower_minima_avx2(const uint32_t *shingles, size_t count, uint32_t *minima) {
    lower_minima(shingles, count, minima);
}
#define HAS_AVX2 __builtin_cpu_supports("avx2")
#else
#define lower_minima_avx2 lower_minima_anywhere
#define HAS_AVX2 0
#endif

static void keys_of(const uint32_t *minima, uint64_t salt, uint64_t *keys) {
    for (int band = 0; band < BANDS; band++) {
        uint64_t key = mix((uint64_t)band + 1) ^ salt;
        for (int row = 0; row < ROWS; row++) key = mix(join(key, minima[band * ROWS + row]));
        keys[band] = key;
    }
}

// Sketch texts.
//   offsets [n + 1], data: Arrow's buffers of large strings.
//   keys [n * BANDS]: band keys; undefined where a text has no shingles.
//   ends [n]: where the sketch of each text ends in `sketches`, which has room for n * SKETCH.
//   is_short [n]: 1 where shingles are of characters.
// Returns 0, or -1 if memory ran out.
int64_t sketch_texts(int64_t n, const int64_t *offsets, const uint8_t *data, uint64_t *keys, int64_t *ends,
                 uint32_t *sketches, uint8_t *is_short) {
    Scratch scratch = {0};
    int64_t filled = 0;
    int has_avx2 = HAS_AVX2;
    for (int64_t row = 0; row < n; row++) {
        Text text = {data + offsets[row], data + offsets[row + 1]};
        size_t bytes = (size_t)(text.end - text.at), units, shingles;
        uint64_t salt = 0;
        if (!reserve(&scratch, 2 * bytes + 2 * SHINGLE)) return -1;
        units = words_of(text, scratch.units);
        is_short[row] = units < MIN_WORDS;
        if (is_short[row]) {
            units = characters_of(text, scratch.units);
            salt = numbers_of(text);
        }
        shingles = shingles_of(scratch.units, units, scratch.shingles);
        sort(scratch.shingles, scratch.spare, shingles);
        shingles = distinct(scratch.shingles, shingles);
        if (shingles) {
            uint32_t minima[HASHES];
            memset(minima, 0xFF, sizeof minima);
            (has_avx2 ? lower_minima_avx2 : lower_minima_anywhere)(scratch.shingles, shingles, minima);
            keys_of(minima, salt, keys + row * BANDS);
        }
        shingles = shingles < SKETCH ? shingles : SKETCH;
        memcpy(sketches + filled, scratch.shingles, shingles * sizeof *sketches);
        ends[row] = filled += (int64_t)shingles;
    }
    free(scratch.units), free(scratch.shingles), free(scratch.spare);
    return 0;
}

// Return the Jaccard similarity of two sketches, 0 to 1; see `minhash.jaccard`.
static double similarity(const uint32_t *one, int64_t ones, const uint32_t *other, int64_t others) {
    int64_t most = ones >= SKETCH || others >= SKETCH ? SKETCH : ones + others, both = 0, either = 0;
    for (int64_t i = 0, j = 0; (i < ones || j < others) && either < most; either++) {
        if (j >= others || (i < ones && one[i] < other[j])) i++;
        else if (i >= ones || other[j] < one[i]) j++;
        else both++, i++, j++;
    }
    return either ? (double)both / (double)either : 0.0;
}

// Compare pairs of sketches: `starts` and `ends` say where the sketch of each row lies in `sketches`.
int64_t compare_sketches(int64_t pairs, const int64_t *one, const int64_t *other, const int64_t *starts,
                      const int64_t *ends, const uint32_t *sketches, double *similarities) {
    for (int64_t pair = 0; pair < pairs; pair++) {
        int64_t a = one[pair], b = other[pair];
        similarities[pair] =
            similarity(sketches + starts[a], ends[a] - starts[a], sketches + starts[b], ends[b] - starts[b]);
    }
    return 0;
}
