/* write.h - what the generator writes: forms.h and forms.c. */
#ifndef SLISPC_GENERATE_WRITE_H
#define SLISPC_GENERATE_WRITE_H

#include "forms.h"

/* A member of a form's struct: a part, or a part of a list inside the form. */
typedef struct {
    char name[48];
    bool is_list;
} Member;

/* The members of one merged item, in order; how many. */
int members_of(const MergedItem *m, Member members[MOST_ITEMS]);

/* Structs, enums and prototypes. */
void write_header(FILE *out, const Rows *r, const Forms *forms);
/* as_F, in the header: what a caller does not ask for costs nothing. */
void write_accessor(FILE *out, const Form *f);
/* Constructors. */
void write_source(FILE *out, const Rows *r, const Forms *forms);
/* The tables of parts that walks go by. */
void write_parts(FILE *out, const Rows *r, const Forms *forms);
/* The grammar checks. */
void write_checks(FILE *out, const Rows *r);
/* "Arena *a, Pos at, ..." of the constructor. */
void write_parameters(FILE *out, const Form *f);
bool has_several_heads(const Form *f);

#endif
