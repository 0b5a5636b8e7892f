/* faults.h - faults on demand: faults.def says which; a seed says which of the places. */
#ifndef SLISPC_FAULTS_H
#define SLISPC_FAULTS_H

#include "ir.h"

typedef enum {
    FAULT_NONE,
#define FAULT(pass, id, name, rule, doc) FAULT_##id,
#include "../faults.def"
#undef FAULT
    FAULT_COUNT
} FaultKind;

typedef struct {
    const char *pass, *name, *rule, *doc;
} FaultRow;
extern const FaultRow fault_rows[FAULT_COUNT];

/* The fault of one run of a pass: it strikes at the target-th of the places that could have it. */
typedef struct {
    FaultKind kind;
    uint64_t seen, target;
} FaultPlan;

/* FAULT_NONE when the name is NULL; a name that `pass` does not have ends slispc. */
FaultKind fault_named(const char *pass, const char *name);
/* Called at each place that could have the fault: shall it be wrong here? */
static inline bool fault_strikes(FaultPlan *plan, FaultKind kind) {
    return plan->kind == kind && plan->seen++ == plan->target;
}

/* Runs a pass: twice when a fault is wanted, first to count the places, then with the one that the
 * seed picks. */
typedef Node *FaultyPass(Context *c, Node *function, FaultPlan *plan);
Node *run_with_fault(Context *c, Node *function, const char *pass, FaultyPass *run);

#endif
