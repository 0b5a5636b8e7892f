/* report.h - what is known of a broken rule, before it is put into words. */
#ifndef SLISPC_VERIFY_REPORT_H
#define SLISPC_VERIFY_REPORT_H

#include "verify.h"

typedef struct {
    Rule rule;
    const char *message;  /* without the name of the value */
    const Node *item;     /* where it shows */
    const Node *name;     /* the value; NULL: it is about none */
    const char *place;    /* the one that it is about; NULL: none */
    const Node *writer;   /* took the value away; NULL: nothing did */
    const char *writes;   /* what it did */
    const Node *reader;   /* needs the value; NULL: not known */
    const char *reads;    /* what it does */
    const Node *winner;   /* the value that is in the place instead; NULL: none */
    bool has_whereabouts; /* is it of interest where the value is? */
} Report;

/* Where an item is: the block's index and the item's number in it, from 1 on; 0 is the start.
 */
typedef struct {
    uint32_t block, number;
    bool found; /* false: in no block, or in the form before */
} Spot;

/* From its definition, or from the start of the block, to the last use, or to the end. */
typedef struct {
    uint32_t first, last;
    bool from_before, lives_on, found;
} LiveRange;

const char *rule_code(Rule rule);
const char *rule_sentence(Rule rule);
Spot spot_of(Verify *v, const Node *item);
/* The live range of a name in the current block. */
LiveRange range_of(Verify *v, uint32_t name);
bool is_live_into(const CheckedBlock *b, uint32_t name);
bool uses_name(const Verify *v, const Item *item, uint32_t name);
/* The place as the form prints it. */
const char *place_text(const Verify *v, uint32_t place);
/* Calls `visit` for the slots that hold nothing that is needed now, but the place of the report. */
void each_free_slot(Verify *v, const Report *r, void (*visit)(Buffer *out, const char *slot),
                    Buffer *out);
/* With the value in front, when the message does not name it. */
void add_message(Buffer *out, const Report *r);
void add_name(Buffer *out, const Node *name);
/* An instruction whole, a block by its name alone. */
void add_item(Buffer *out, const Node *item);

/* ---- report_text.c, report_json.c: one report each */
void write_text_report(Verify *v, const Report *r);
void write_json_report(Verify *v, const Report *r);
/* About no function in particular. */
void write_json_message(Buffer *out, Rule rule, const char *message);

/* ---- report_ranges.c: the live ranges of the value and of the one that won its place */
void draw_ranges(Verify *v, const Report *r);

#endif
