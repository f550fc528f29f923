// Tests that share one running program: started before the first, ended after the last, and its log is shown
// with whatever fails. Every test has a time limit, so that a lost answer is a failure and not a hang.

import { after, before, test as plainTest } from 'node:test';

import { Stage } from './harness.mjs';

export const timeLimit = 90000;

export function test(name, body) {
    if (typeof body !== 'function') throw new TypeError(`a test without a body: ${name}`); // would pass
    plainTest(name, { timeout: timeLimit }, body);
}

export function sharedStage(options, ready = () => {}) {
    const shared = {
        get upstream() {
            return shared.stage.upstream;
        },
        get dragoman() {
            return shared.stage.dragoman;
        },
        get url() {
            return shared.stage.dragoman.url;
        },
        test: (name, body) =>
            test(name, async () => {
                const from = shared.dragoman.log.length;
                try {
                    await body();
                } catch (error) {
                    error.message +=
                        `\n--- log of the program ---\n${shared.dragoman.log.slice(from).slice(-4000)}` +
                        `\n--- refused by the upstream ---\n${shared.upstream.refusals.slice(0, 4000)}`;
                    throw error;
                } finally {
                    shared.upstream.violations.length = 0;
                }
            }),
    };
    before(async () => {
        shared.stage = await Stage.start(options);
        ready();
    });
    after(() => shared.stage?.stop());
    return shared;
}
