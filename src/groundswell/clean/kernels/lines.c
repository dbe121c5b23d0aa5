// Working on the lines of texts: C4's rules, and telling and leaving out lines that are there elsewhere.
#include "lines.h"

enum { KEPT, LOREM_IPSUM, CURLY_BRACKET, FEW_SENTENCES };

typedef struct {
    int64_t min_words, max_word_length, min_sentences, needs_terminal;
} C4;

static const char *const POLICIES[] = {"terms of use", "privacy policy", "cookie policy",
                                       "uses cookies", "use of cookies", "use cookies"};

static int is_space(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

static uint8_t lower_byte(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte; }

// Tell whether a line holds a phrase, given in lower case, whatever the case of its ASCII letters.
static int holds(Text line, const char *phrase) {
    size_t length = strlen(phrase);
    for (; (size_t)(line.end - line.at) >= length; line.at++) {
        size_t same = 0;
        if (lower_byte(*line.at) != (uint8_t)*phrase) continue;
        while (same < length && lower_byte(line.at[same]) == (uint8_t)phrase[same]) same++;
        if (same == length) return 1;
    }
    return 0;
}

static int holds_policy(Text line) {
    for (size_t place = 0; place < sizeof POLICIES / sizeof *POLICIES; place++)
        if (holds(line, POLICIES[place])) return 1;
    return 0;
}

// Return how many words stand between white space, and the length of the longest.
static int64_t count_tokens(Text line, int64_t *longest) {
    int64_t count = 0, length = 0;
    *longest = 0;
    while (line.at < line.end) {
        if (flags_of(next_point(&line)) & SPACE) { length = 0; continue; }
        count += length++ == 0;
        if (length > *longest) *longest = length;
    }
    return count;
}

static int is_terminal(uint8_t byte) { return byte == '.' || byte == '?' || byte == '!' || byte == '"' || byte == '\''; }

static int ends_well(Text line) {
    size_t length = (size_t)(line.end - line.at);
    return length && is_terminal(line.end[-1]) && !(length >= 3 && !memcmp(line.end - 3, "...", 3));
}

// A sentence ends with a mark that white space follows, or the end; quotes and brackets may stand between.
static int64_t count_sentences(Text line) {
    int64_t count = 0;
    while (line.at < line.end) {
        if (!(*line.at == '.' || *line.at == '?' || *line.at == '!')) { line.at++; continue; }
        while (line.at < line.end && (is_terminal(*line.at) || *line.at == ')' || *line.at == ']')) line.at++;
        count += line.at >= line.end || is_space(*line.at);
    }
    return count ? count : 1;
}

// Return the length of a citation, such as `[12]`, `[edit]` or `[citation needed]`, that begins here; 0 if none does.
static size_t citation_at(Text line) {
    static const char *const MARKS[] = {"[edit]", "[citation needed]"};
    for (int place = 0; place < 2; place++) {
        size_t length = strlen(MARKS[place]);
        if ((size_t)(line.end - line.at) >= length && !memcmp(line.at, MARKS[place], length)) return length;
    }
    const uint8_t *at = line.at + 1;
    while (at < line.end && *at >= '0' && *at <= '9') at++;
    return at < line.end && *at == ']' ? (size_t)(at + 1 - line.at) : 0;
}

// Copy a line without its citations; return its new end.
static uint8_t *copy_line(Text line, uint8_t *target) {
    while (line.at < line.end) {
        size_t skipped = *line.at == '[' ? citation_at(line) : 0;
        if (skipped) line.at += skipped;
        else *target++ = *line.at++;
    }
    return target;
}

static int is_line_wanted(Text line, int64_t tokens, const C4 *rules) {
    return (!rules->needs_terminal || ends_well(line)) && tokens >= rules->min_words;
}

// Keep the lines of a text that C4's rules keep, or say why the text goes; `*target` is moved behind what was written.
static int c4_text(Text text, const C4 *rules, uint8_t **target) {
    uint8_t *begin = *target, *write = begin;
    int64_t sentences = 0;
    while (text.at < text.end) {
        Text line = trimmed(next_line(&text));
        int64_t longest, tokens = count_tokens(line, &longest);
        if (!tokens || longest > rules->max_word_length) continue;
        uint8_t *start = write;
        if (write > begin) *write++ = '\n';
        Text copy = {write, copy_line(line, write)};
        write = start;
        if (!is_line_wanted(copy, tokens, rules)) continue;
        if (holds(copy, "lorem ipsum")) return LOREM_IPSUM;
        if (holds(copy, "javascript")) continue;
        if (memchr(copy.at, '{', (size_t)(copy.end - copy.at))) return CURLY_BRACKET;
        if (holds_policy(copy)) continue;
        sentences += count_sentences(copy);
        write = (uint8_t *)copy.end;
    }
    if (sentences < rules->min_sentences) return FEW_SENTENCES;
    *target = write;
    return KEPT;
}

// Apply C4's rules to texts; see `sketch_texts` for the buffers.
//   rules: the fields of C4.
//   written: has room for all of `data`; the lines that are kept, text after text. A text that goes is empty.
//   ends [n]: where each text ends in `written`.
//   verdicts [n]: 0 for a text that is kept, else why it goes.
int64_t c4_lines(int64_t n, const int64_t *offsets, const uint8_t *data, const int64_t *rules, uint8_t *written,
              int64_t *ends, uint8_t *verdicts) {
    C4 c4 = {rules[0], rules[1], rules[2], rules[3]};
    uint8_t *target = written;
    for (int64_t row = 0; row < n; row++) {
        verdicts[row] = (uint8_t)c4_text((Text){data + offsets[row], data + offsets[row + 1]}, &c4, &target);
        ends[row] = target - written;
    }
    return 0;
}

// Return a hash of what a line says: of its words in lower case; 0 if it has none.
static uint64_t meaning_of(Text line) {
    Word word;
    uint64_t hash = 0;
    while (next_word(&line, &word)) hash = mix(join(hash, word.hash));
    return hash;
}

// The pieces of a text: its lines, or its paragraphs, which empty lines separate.
static Text next_piece(Text *text, int64_t is_paragraph) {
    if (!is_paragraph) return next_line(text);
    Text piece = {text->at, text->end};
    while (text->at < text->end) {
        Text line = next_line(text);
        piece.end = line.end;
        if (text->at < text->end && *text->at == '\n') break;
    }
    while (text->at < text->end && *text->at == '\n') text->at++;
    return piece;
}

// Fill `counts` [n] with the number of pieces of each text, and `hashes` with one for each piece, which has room for
// one of each byte and one more of each text. A piece of under `min_characters` characters has hash 0.
int64_t piece_hashes(int64_t n, const int64_t *offsets, const uint8_t *data, int64_t is_paragraph,
                     int64_t min_characters, int64_t *counts, uint64_t *hashes) {
    for (int64_t row = 0; row < n; row++) {
        Text text = {data + offsets[row], data + offsets[row + 1]};
        counts[row] = 0;
        while (text.at < text.end) {
            Text piece = trimmed(next_piece(&text, is_paragraph));
            *hashes++ = (int64_t)characters_in(piece) >= min_characters ? meaning_of(piece) : 0;
            counts[row]++;
        }
    }
    return 0;
}

// Write texts without some of their pieces: `keeps` has one flag for each piece of all texts. See `c4_lines`.
int64_t keep_pieces(int64_t n, const int64_t *offsets, const uint8_t *data, int64_t is_paragraph,
                    const uint8_t *keeps, uint8_t *written, int64_t *ends) {
    uint8_t *target = written;
    for (int64_t row = 0; row < n; row++) {
        Text text = {data + offsets[row], data + offsets[row + 1]};
        uint8_t *begin = target;
        while (text.at < text.end) {
            Text piece = next_piece(&text, is_paragraph);
            if (!*keeps++) continue;
            for (int64_t end = 0; target > begin && end <= is_paragraph; end++) *target++ = '\n';
            memcpy(target, piece.at, (size_t)(piece.end - piece.at));
            target += piece.end - piece.at;
        }
        ends[row] = target - written;
    }
    return 0;
}
