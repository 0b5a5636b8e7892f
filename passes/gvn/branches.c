/* branches.c - pass gvn: what a branch says of its flag, in the blocks that it alone leads to. */
#include "gvn.h"

/* 1 true, -1 false, 0 not known. */
static int known(const Gvn *p, const Node *flag) {
    if (is_form(flag, H_quote)) return is_truthy(as_quote(flag).datum) ? 1 : -1;
    return flag->kind == N_NAME ? p->flags[flag->name.number] : 0;
}

static void note_outcome(Gvn *p, const Node *target, const Node *flag, bool value) {
    uint32_t to = block_index(p, target);
    if (p->flow->blocks[to].predecessor_count != 1) return;
    p->blocks[to].known_flag = flag;
    p->blocks[to].known_value = value;
}

void number_exit(Gvn *p, Block *b) {
    b->exit = renamed(p, b->form.exit);
    if (!is_form(b->exit, H_branch)) return;
    BranchForm f = as_branch(b->exit);
    int value = known(p, f.test);
    if (value) {
        Node *target = value > 0 ? f.then : f.otherwise;
        b->exit = make_jump(p->arena, b->exit->at, target, no_nodes(b->exit->at));
    } else if (f.test->kind == N_NAME) {
        note_outcome(p, f.then, f.test, true);
        note_outcome(p, f.otherwise, f.test, false);
    }
}

int8_t enter_known(Gvn *p, const Block *b) {
    if (!b->known_flag) return 0;
    int8_t *flag = &p->flags[b->known_flag->name.number], before = *flag;
    *flag = b->known_value ? 1 : -1;
    return before;
}

void leave_known(Gvn *p, const Block *b, int8_t before) {
    if (b->known_flag) p->flags[b->known_flag->name.number] = before;
}
