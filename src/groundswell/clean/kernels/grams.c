// Runs of words: their hashes, and which texts share some with a given set.
#include "words.h"

// Fill `counts` [n] with the number of runs of `size` words of each text, and `hashes` with one for each run, which
// has room for one of each byte. A text of fewer words has none.
int64_t gram_hashes(int64_t n, const int64_t *offsets, const uint8_t *data, int64_t size, uint64_t *window,
                 int64_t *counts, uint64_t *hashes) {
    for (int64_t row = 0; row < n; row++) {
        Text text = {data + offsets[row], data + offsets[row + 1]};
        Word word;
        int64_t words = 0;
        counts[row] = 0;
        while (next_word(&text, &word)) {
            window[words++ % size] = mix(word.hash);
            if (words < size) continue;
            uint64_t hash = 0;
            for (int64_t place = 0; place < size; place++) hash = join(hash, window[(words + place) % size]);
            *hashes++ = mix(hash);
            counts[row]++;
        }
    }
    return 0;
}
