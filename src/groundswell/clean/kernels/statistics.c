// What rules for documents ask of a text: what it is made of, and how much of it repeats itself.
#include "lines.h"
#include "table.h"

// The order of `statistics.NAMES`.
enum {
    CHARACTERS, WORDS, WORD_LENGTH, LETTER_WORDS, HASHES_PER_WORD, ELLIPSES_PER_WORD, STOP_WORDS, UPPER_CASE,
    DIGITS, LINES, BULLET_LINES, ELLIPSIS_LINES, TERMINAL_LINES, SHORT_LINES, NEWLINES_PER_WORD,
    REPEATED_LINES, REPEATED_LINE_CHARACTERS, REPEATED_PARAGRAPHS, REPEATED_PARAGRAPH_CHARACTERS,
    TOP_2_WORDS, TOP_3_WORDS, TOP_4_WORDS,
    REPEATED_5_WORDS, REPEATED_6_WORDS, REPEATED_7_WORDS, REPEATED_8_WORDS, REPEATED_9_WORDS, REPEATED_10_WORDS,
    STATISTICS
};

enum { SHORT_LINE = 30, MOST_STOP_WORDS = 64 };

typedef struct {
    uint64_t *words;    // the hash of each word
    uint64_t *runs;     // the hash of the run that begins with each word
    uint32_t *lengths;  // of each word
    uint32_t *places;   // where the runs begin that may come twice
    uint32_t *slots;    // and where they are in the table
    size_t room;
    Table table, paragraphs;
} Desk;

static int make_room(Desk *desk, size_t room) {
    if (room <= desk->room) return 1;
    free(desk->words), free(desk->runs), free(desk->lengths), free(desk->places), free(desk->slots);
    desk->room = room + room / 2;
    desk->places = malloc(desk->room * sizeof *desk->places);
    desk->slots = malloc(desk->room * sizeof *desk->slots);
    desk->words = malloc(desk->room * sizeof *desk->words);
    desk->runs = malloc(desk->room * sizeof *desk->runs);
    desk->lengths = malloc(desk->room * sizeof *desk->lengths);
    return desk->words && desk->runs && desk->lengths && desk->places && desk->slots;
}

static void clear_desk(Desk *desk) {
    free(desk->words), free(desk->runs), free(desk->lengths), free(desk->places), free(desk->slots);
    free(desk->table.slots), free(desk->paragraphs.slots);
}

static double share(size_t part, size_t whole) { return whole ? (double)part / (double)whole : 0.0; }

static int ends_with_ellipsis(Text line) {
    size_t length = (size_t)(line.end - line.at);
    return length >= 3 && (!memcmp(line.end - 3, "...", 3) || !memcmp(line.end - 3, "\xE2\x80\xA6", 3));
}

static int starts_with_bullet(Text line) {
    return *line.at == '-' || (line.end - line.at >= 3 && !memcmp(line.at, "\xE2\x80\xA2", 3));
}

typedef struct {
    size_t count, repeated, repeated_characters;
} Pieces;

static void note_piece(Pieces *pieces, Table *table, uint64_t hash, size_t characters) {
    Slot *slot = table_slot(table, hash);
    pieces->count++;
    if (slot->count++) pieces->repeated++, pieces->repeated_characters += characters;
}

// Lines are trimmed; a line without anything in it is none, and ends a paragraph.
static int look_at_lines(Text text, Desk *desk, size_t characters, size_t newlines, double *found) {
    Pieces lines = {0}, paragraphs = {0};
    size_t bullets = 0, ellipses = 0, terminal = 0, shorts = 0, in_paragraph = 0, room = newlines + 2;
    uint64_t paragraph = 0;
    if (!table_begin(&desk->table, room) || !table_begin(&desk->paragraphs, room)) return 0;
    while (text.at < text.end) {
        Text line = trimmed(next_line(&text));
        if (line.at < line.end) {
            const uint8_t *start;
            size_t length = characters_in(line);
            uint64_t hash = hash_of(line);
            note_piece(&lines, &desk->table, hash, length);
            bullets += (size_t)starts_with_bullet(line);
            ellipses += (size_t)ends_with_ellipsis(line);
            terminal += (flags_of(point_before(line.at, line.end, &start)) & TERMINAL) != 0;
            shorts += length <= SHORT_LINE;
            paragraph = mix(paragraph ^ hash), in_paragraph += length;
        }
        if (in_paragraph && (line.at >= line.end || text.at >= text.end)) {
            note_piece(&paragraphs, &desk->paragraphs, paragraph, in_paragraph);
            paragraph = 0, in_paragraph = 0;
        }
    }
    found[LINES] = (double)lines.count;
    found[BULLET_LINES] = share(bullets, lines.count);
    found[ELLIPSIS_LINES] = share(ellipses, lines.count);
    found[TERMINAL_LINES] = share(terminal, lines.count);
    found[SHORT_LINES] = share(shorts, lines.count);
    found[REPEATED_LINES] = share(lines.repeated, lines.count);
    found[REPEATED_LINE_CHARACTERS] = share(lines.repeated_characters, characters);
    found[REPEATED_PARAGRAPHS] = share(paragraphs.repeated, paragraphs.count);
    found[REPEATED_PARAGRAPH_CHARACTERS] = share(paragraphs.repeated_characters, characters);
    return 1;
}

// Count what bytes there are: four tables, so that equal neighbours do not wait for each other.
static void count_bytes(Text text, size_t *counts) {
    uint32_t tables[4][256] = {{0}};
    for (; text.end - text.at >= 4; text.at += 4)
        for (int table = 0; table < 4; table++) tables[table][text.at[table]]++;
    for (; text.at < text.end; text.at++) tables[0][*text.at]++;
    for (int byte = 0; byte < 256; byte++)
        counts[byte] = (size_t)tables[0][byte] + tables[1][byte] + tables[2][byte] + tables[3][byte];
}

static size_t count_ellipses(Text text) {
    size_t ellipses = 0;
    while ((text.at = memchr(text.at, '.', (size_t)(text.end - text.at)))) {
        if (text.end - text.at >= 3 && text.at[1] == '.' && text.at[2] == '.') ellipses++, text.at += 3;
        else text.at++;
        if (text.at >= text.end) break;
    }
    return ellipses;
}

// Return how many characters there are.
static size_t look_at_characters(Text text, double *found, size_t *newlines) {
    size_t bytes[256], count = 0, letters = 0, upper = 0, digits = 0, ellipses, others = 0;
    count_bytes(text, bytes);
    for (int byte = 0; byte < 0x80; byte++) {
        uint8_t flags = FLAGS[byte];
        count += bytes[byte];
        letters += flags & LETTER ? bytes[byte] : 0;
        upper += flags & UPPER ? bytes[byte] : 0;
        digits += flags & DIGIT ? bytes[byte] : 0;
    }
    for (int byte = 0xC0; byte < 0x100; byte++) others += bytes[byte];
    ellipses = bytes['.'] >= 3 ? count_ellipses(text) : 0;
    for (Text rest = text; others && rest.at < rest.end;) {
        if (*rest.at < 0x80) { rest.at++; continue; }
        uint32_t point = next_point(&rest);
        uint8_t flags = flags_of(point);
        count++;
        letters += (flags & LETTER) != 0, upper += (flags & UPPER) != 0, digits += (flags & DIGIT) != 0;
        ellipses += point == 0x2026;
    }
    *newlines = bytes['\n'];
    found[CHARACTERS] = (double)count;
    found[UPPER_CASE] = share(upper, letters);
    found[DIGITS] = share(digits, count);
    found[HASHES_PER_WORD] = (double)bytes['#'];
    found[ELLIPSES_PER_WORD] = (double)ellipses;
    return count;
}

// Return how many tokens a gap between words holds: what stands between spaces, such as `--` or `#`.
static size_t symbols_in(Text gap, int is_first, int is_last) {
    size_t symbols = 0;
    int inside = 0, is_attached = !is_first;
    if (!is_first && !is_last && gap.end - gap.at < 3) return 0;
    while (gap.at < gap.end) {
        if (flags_of(next_point(&gap)) & SPACE) symbols += (size_t)(inside && !is_attached), inside = is_attached = 0;
        else inside = 1;
    }
    return symbols + (size_t)(inside && !is_attached && is_last);
}

static size_t look_at_words(Text text, Desk *desk, const uint64_t *stop_words, int64_t n_stop_words,
                            double *found, size_t *symbols) {
    Word word;
    const uint8_t *end_before = text.at;
    size_t count = 0, length = 0, with_letter = 0;
    uint64_t stops = 0;
    *symbols = 0;
    while (next_word(&text, &word)) {
        *symbols += symbols_in((Text){end_before, word.start}, count == 0, 0);
        end_before = word.end;
        desk->words[count] = mix(word.hash);
        desk->lengths[count++] = word.length;
        length += word.length;
        with_letter += (word.flags & LETTER) != 0;
        for (int64_t place = 0; word.length < 16 && place < n_stop_words; place++)
            stops |= (uint64_t)(stop_words[place] == word.hash) << place;
    }
    *symbols += symbols_in((Text){end_before, text.end}, count == 0, 1);
    found[WORDS] = (double)count;
    found[WORD_LENGTH] = share(length, count);
    found[LETTER_WORDS] = (double)with_letter;
    found[STOP_WORDS] = (double)__builtin_popcountll(stops);
    return count;
}

static size_t characters_of_run(const Desk *desk, size_t place, size_t size) {
    size_t length = 0;
    for (size_t word = 0; word < size; word++) length += desk->lengths[place + word];
    return length;
}

// Lengthen the runs by a word, count how often each comes, and keep those that come twice: no other can begin a
// longer one that does. Returns 0 if memory ran out.
static int lengthen(Desk *desk, size_t words, size_t size, size_t *kept) {
    size_t count = 0;
    if (!table_begin(&desk->table, *kept)) return 0;
    for (size_t i = 0; i < *kept; i++) {
        size_t place = desk->places[i];
        if (place + size > words) continue;
        desk->runs[place] = join(desk->runs[place], desk->words[place + size - 1]);
        Slot *slot = table_slot(&desk->table, desk->runs[place]);
        slot->count++;
        desk->slots[count] = (uint32_t)(slot - desk->table.slots);
        desk->places[count++] = (uint32_t)place;
    }
    *kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (desk->table.slots[desk->slots[i]].count < 2) continue;
        desk->slots[*kept] = desk->slots[i];
        desk->places[(*kept)++] = desk->places[i];
    }
    return 1;
}

// Return the characters in all copies of the run that there is most often, spaces counted, 0 if none comes twice.
static size_t most_frequent(const Desk *desk, size_t kept, size_t size) {
    size_t most = 1, where = 0;
    for (size_t i = 0; i < kept; i++) {
        size_t count = desk->table.slots[desk->slots[i]].count;
        if (count > most) most = count, where = desk->places[i];
    }
    return most > 1 ? most * (characters_of_run(desk, where, size) + size - 1) : 0;
}

// Return the characters in runs that were there before; runs that are counted do not overlap.
static size_t repeated(Desk *desk, size_t kept, size_t size) {
    enum { WAS_THERE = 0 };
    size_t characters = 0, next = 0;
    for (size_t i = 0; i < kept; i++) {
        size_t place = desk->places[i];
        if (place < next) continue;
        Slot *slot = desk->table.slots + desk->slots[i];
        if (slot->count == WAS_THERE) characters += characters_of_run(desk, place, size), next = place + size;
        slot->count = WAS_THERE;
    }
    return characters;
}

static int look_at_runs(Desk *desk, size_t words, size_t characters, double *found) {
    size_t kept = words;
    for (size_t place = 0; place < words; place++) {
        desk->runs[place] = join(0, desk->words[place]);
        desk->places[place] = (uint32_t)place;
    }
    for (size_t size = 2; size <= 10 && kept; size++) {
        if (!lengthen(desk, words, size, &kept)) return 0;
        if (size <= 4) found[TOP_2_WORDS + size - 2] = share(most_frequent(desk, kept, size), characters);
        else found[REPEATED_5_WORDS + size - 5] = share(repeated(desk, kept, size), characters);
    }
    return 1;
}

// Fill `found` [n * STATISTICS] for texts; see `sketch_texts` for the buffers. `stop_words` are hashes of
// `word_hashes`, at most 64. Returns 0, or -1 if memory ran out.
int64_t text_statistics(int64_t n, const int64_t *offsets, const uint8_t *data, int64_t n_stop_words,
                    const uint64_t *stop_words, double *found) {
    Desk desk = {0};
    int64_t row = 0;
    for (; row < n; row++, found += STATISTICS) {
        Text text = {data + offsets[row], data + offsets[row + 1]};
        size_t symbols, characters, words, tokens, newlines;
        if (!make_room(&desk, (size_t)(text.end - text.at) + 1)) break;
        memset(found, 0, STATISTICS * sizeof *found);
        characters = look_at_characters(text, found, &newlines);
        words = look_at_words(text, &desk, stop_words, n_stop_words, found, &symbols);
        tokens = words + symbols;
        found[LETTER_WORDS] = share((size_t)found[LETTER_WORDS], tokens);
        found[HASHES_PER_WORD] = share((size_t)found[HASHES_PER_WORD], tokens);
        found[ELLIPSES_PER_WORD] = share((size_t)found[ELLIPSES_PER_WORD], tokens);
        found[NEWLINES_PER_WORD] = share(newlines, words);
        if (!look_at_lines(text, &desk, characters, newlines, found)) break;
        if (!look_at_runs(&desk, words, characters, found)) break;
    }
    clear_desk(&desk);
    return row == n ? 0 : -1;
}

// Fill `hashes` [n] with the hash of the first word of each text, 0 if there is none.
int64_t word_hashes(int64_t n, const int64_t *offsets, const uint8_t *data, uint64_t *hashes) {
    for (int64_t row = 0; row < n; row++) {
        Text text = {data + offsets[row], data + offsets[row + 1]};
        Word word;
        hashes[row] = next_word(&text, &word) ? word.hash : 0;
    }
    return 0;
}
