// Where a text may name a person or give a secret away: few places, looked at closely by `privacy.kinds`.
#include "words.h"

// The order of `privacy.spots.SPOTS`.
enum { EMAIL, NUMBER, QUAD, HEX_GROUPS, ACCOUNT, SECRET };

typedef struct {
    int64_t row, kind, start, end;  // in bytes from the start of the text
} Spot;

enum { IS_DIGIT = 1, IS_UPPER = 2, IS_LOWER = 4, IS_HEX = 8, IS_LOCAL = 16, IS_DOMAIN = 32, IS_BETWEEN = 64, IS_TOKEN = 128 };

static uint8_t KINDS[256];

__attribute__((constructor)) static void sort_bytes(void) {
    for (int byte = 0; byte < 256; byte++) {
        uint8_t kind = 0;
        if (byte >= '0' && byte <= '9') kind |= IS_DIGIT | IS_HEX;
        if (byte >= 'A' && byte <= 'Z') kind |= IS_UPPER;
        if (byte >= 'a' && byte <= 'z') kind |= IS_LOWER;
        if ((byte >= 'A' && byte <= 'F') || (byte >= 'a' && byte <= 'f')) kind |= IS_HEX;
        if (kind || byte >= 0x80) kind |= IS_LOCAL | IS_DOMAIN;
        if (kind & (IS_DIGIT | IS_UPPER | IS_LOWER)) kind |= IS_TOKEN;
        if (byte && strchr("!#$%&'*+/=?^_`{|}~.-", byte)) kind |= IS_LOCAL;
        if (byte == '.' || byte == '-') kind |= IS_DOMAIN;
        if (byte && strchr(" .-()/", byte)) kind |= IS_BETWEEN;
        if (byte && strchr("_-+/=.", byte)) kind |= IS_TOKEN;
        KINDS[byte] = kind;
    }
}

static const char *const PREFIXES[] = {
    "AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-",
    "xoxr-", "xoxs-", "AIza", "sk-", "sk_live_", "rk_live_", "hf_", "npm_", "pypi-", "eyJ", "SG.", "-----BEGIN ",
};

INLINE int is_alnum(uint8_t byte) { return (KINDS[byte] & (IS_DIGIT | IS_UPPER | IS_LOWER)) != 0; }

static const uint8_t *while_kind(const uint8_t *at, const uint8_t *end, uint8_t kind) {
    while (at < end && KINDS[*at] & kind) at++;
    return at;
}

// Return the end of a run of digits with at most two separators between neighbours, and count its digits.
static const uint8_t *end_of_number(const uint8_t *at, const uint8_t *end, int *digits) {
    const uint8_t *last = at;
    int between = 0;
    *digits = 0;
    for (; at < end && between <= 2; at++) {
        if (KINDS[*at] & IS_DIGIT) (*digits)++, last = at + 1, between = 0;
        else if (KINDS[*at] & IS_BETWEEN) between++;
        else break;
    }
    return last;
}

// Return the end of four groups of up to three digits with dots between; NULL if there are none.
static const uint8_t *end_of_quad(const uint8_t *at, const uint8_t *end) {
    for (int group = 0; group < 4; group++) {
        int digits = 0;
        if (group && (at >= end || *at++ != '.')) return NULL;
        while (at < end && KINDS[*at] & IS_DIGIT && digits < 4) at++, digits++;
        if (digits == 0 || digits > 3) return NULL;
    }
    return at < end && (is_alnum(*at) || (*at == '.' && at + 1 < end && is_alnum(at[1]))) ? NULL : at;
}

static const uint8_t *end_of_hex_groups(const uint8_t *at, const uint8_t *end) {
    const uint8_t *begin = at;
    int colons = 0;
    while (at < end && at - begin < 45 && (KINDS[*at] & IS_HEX || *at == ':' || *at == '.')) colons += *at++ == ':';
    while (at > begin && at[-1] == '.') at--;
    return colons >= 2 && !(at < end && is_alnum(*at)) ? at : NULL;
}

// Two letters, two digits, and eleven or more letters and digits in groups: an international account number.
static const uint8_t *end_of_account(const uint8_t *at, const uint8_t *end) {
    const uint8_t *last = at;
    int count = 0;
    while (at < end && count < 34) {
        uint8_t wanted = count < 2 ? IS_UPPER : count < 4 ? IS_DIGIT : IS_UPPER | IS_DIGIT;
        if (KINDS[*at] & wanted) count++, last = ++at;
        else if (*at == ' ' && count >= 4 && at[-1] != ' ') at++;
        else break;
    }
    return count >= 15 ? last : NULL;
}

static const uint8_t *end_of_secret(const uint8_t *at, const uint8_t *end) {
    for (size_t place = 0; place < sizeof PREFIXES / sizeof *PREFIXES; place++) {
        const char *prefix = PREFIXES[place];
        if (prefix[0] != *at || end - at < 2 || prefix[1] != at[1]) continue;
        size_t length = strlen(prefix);
        if ((size_t)(end - at) < length || memcmp(at, prefix, length)) continue;
        if (*at == '-') return end;  // a block: where it ends is seen when it is looked at
        const uint8_t *last = while_kind(at, end, IS_TOKEN);
        return last - at >= 16 ? last : NULL;
    }
    return NULL;
}

// Where spots are written.
typedef struct {
    Spot *spots;
    int64_t most, found, row;
    const uint8_t *begin;
} Notes;

static void note(Notes *notes, int64_t kind, const uint8_t *start, const uint8_t *end) {
    if (notes->found < notes->most)
        notes->spots[notes->found] = (Spot){notes->row, kind, start - notes->begin, end - notes->begin};
    notes->found++;
}

static void look_at_sign(Text text, const uint8_t *at, Notes *notes) {
    const uint8_t *start = at, *end = while_kind(at + 1, text.end, IS_DOMAIN);
    while (start > text.at && at - start < 65 && KINDS[start[-1]] & IS_LOCAL) start--;
    if (start < at && end > at + 3) note(notes, EMAIL, start, end);
}

// Look at a number that begins here; return its end.
static const uint8_t *look_at_number(Text text, const uint8_t *at, Notes *notes) {
    int digits;
    const uint8_t *start = at, *end = end_of_quad(at, text.end);
    if (end) return note(notes, QUAD, at, end), end;
    end = end_of_number(at, text.end, &digits);
    while (start > text.at && at - start < 2 && (start[-1] == '+' || start[-1] == '(')) start--;
    if (digits >= 7) note(notes, NUMBER, start, end);
    return end;
}

static void look_at_hex(Text text, const uint8_t *at, Notes *notes) {
    const uint8_t *colon = at, *end;
    while (colon < text.end && colon - at < 5 && KINDS[*colon] & IS_HEX) colon++;
    if (colon < text.end && *colon == ':' && (end = end_of_hex_groups(at, text.end))) note(notes, HEX_GROUPS, at, end);
}

static void look_at_text(Text text, const uint8_t *may_start_secret, Notes *notes) {
    const uint8_t *at = text.at, *number_end = text.at, *end;
    while (at < text.end) {
        uint8_t byte = *at, kind = KINDS[byte];
        if (!(kind & (IS_DIGIT | IS_UPPER | IS_LOWER))) {
            int is_repeated = at > text.at && at[-1] == byte;
            if (byte == '@') look_at_sign(text, at, notes);
            else if (byte == ':' && !is_repeated && !(at > text.at && is_alnum(at[-1]))) look_at_hex(text, at, notes);
            else if (byte == '-' && !is_repeated && (end = end_of_secret(at, text.end))) note(notes, SECRET, at, end);
            at++;
            continue;
        }
        if (kind & IS_DIGIT && at >= number_end) number_end = look_at_number(text, at, notes);
        if (kind & IS_HEX && !(at > text.at && at[-1] == ':')) look_at_hex(text, at, notes);
        if (kind & IS_UPPER && (end = end_of_account(at, text.end))) note(notes, ACCOUNT, at, end);
        if (may_start_secret[byte] && (end = end_of_secret(at, text.end))) note(notes, SECRET, at, end);
        at = while_kind(at, text.end, IS_DIGIT | IS_UPPER | IS_LOWER);
    }
}

// Fill `spots`, which has room for `most`, with what is found in texts; see `sketch_texts` for the buffers.
// Returns how many there are, which may be more than `most`: then call again with more room.
int64_t find_spots(int64_t n, const int64_t *offsets, const uint8_t *data, int64_t most, Spot *spots) {
    uint8_t may_start_secret[256] = {0};
    Notes notes = {.spots = spots, .most = most};
    for (size_t place = 0; place < sizeof PREFIXES / sizeof *PREFIXES; place++)
        may_start_secret[(uint8_t)*PREFIXES[place]] = 1;
    for (; notes.row < n; notes.row++) {
        Text text = {data + offsets[notes.row], data + offsets[notes.row + 1]};
        notes.begin = text.at;
        look_at_text(text, may_start_secret, &notes);
    }
    return notes.found;
}
