// Closed shapes of JSON values: a checker is a function of (value, path, problems) that adds what is wrong.
// An object shape names every key that may be there; anything else is a problem.

const named = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

export const any = () => {};

export const string =
    ({ min = 0, max = Infinity, pattern } = {}) =>
    (value, path, problems) => {
        if (typeof value !== 'string') problems.push(`${path}: expected string, received ${named(value)}`);
        else if (value.length < min) problems.push(`${path}: string is too short`);
        else if (value.length > max)
            problems.push(`${path}: string of ${value.length} is longer than ${max}`);
        else if (pattern && !pattern.test(value))
            problems.push(`${path}: "${value}" does not match ${pattern}`);
    };

export const boolean = (value, path, problems) => {
    if (typeof value !== 'boolean') problems.push(`${path}: expected boolean, received ${named(value)}`);
};

export const number =
    ({ min = -Infinity, max = Infinity, whole = false } = {}) =>
    (value, path, problems) => {
        if (typeof value !== 'number') problems.push(`${path}: expected number, received ${named(value)}`);
        else if (whole && !Number.isInteger(value)) problems.push(`${path}: ${value} is no integer`);
        else if (value < min || value > max) problems.push(`${path}: ${value} is outside ${min} to ${max}`);
    };

export const integer = (limits = {}) => number({ ...limits, whole: true });

export const literal =
    (...allowed) =>
    (value, path, problems) => {
        if (!allowed.includes(value)) {
            problems.push(
                `${path}: expected ${allowed.map((a) => JSON.stringify(a)).join(' or ')}, ` +
                    `received ${JSON.stringify(value)}`,
            );
        }
    };

export const nullable = (shape) => (value, path, problems) => {
    if (value !== null) shape(value, path, problems);
};

export const array =
    (shape, { min = 0, max = Infinity } = {}) =>
    (value, path, problems) => {
        if (!Array.isArray(value)) {
            problems.push(`${path}: expected array, received ${named(value)}`);
            return;
        }
        if (value.length < min) problems.push(`${path}: [] is too short`);
        if (value.length > max) problems.push(`${path}: ${value.length} items, more than ${max}`);
        value.forEach((item, i) => shape(item, `${path}[${i}]`, problems));
    };

export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

export const object =
    (required, optional = {}) =>
    (value, path, problems) => {
        if (!isObject(value)) {
            problems.push(`${path}: expected object, received ${named(value)}`);
            return;
        }
        for (const key of Object.keys(required)) {
            if (!Object.hasOwn(value, key)) problems.push(`${path}.${key}: required`);
        }
        for (const [key, item] of Object.entries(value)) {
            const shape = Object.hasOwn(required, key)
                ? required[key]
                : Object.hasOwn(optional, key)
                  ? optional[key]
                  : undefined;
            if (shape) shape(item, `${path}.${key}`, problems);
            else problems.push(`${path}: unrecognized key "${key}"`);
        }
    };

export const map = (shape) => (value, path, problems) => {
    if (!isObject(value)) problems.push(`${path}: expected object, received ${named(value)}`);
    else for (const [key, item] of Object.entries(value)) shape(item, `${path}.${key}`, problems);
};

export const either = (choose) => (value, path, problems) => {
    const shape = choose(value);
    if (shape) shape(value, path, problems);
    else problems.push(`${path}: no known form: ${JSON.stringify(value)?.slice(0, 120)}`);
};

// Objects told apart by one key, usually "type".
export const tagged = (key, shapes) =>
    either((value) => {
        if (!isObject(value) || typeof value[key] !== 'string') return undefined;
        return Object.hasOwn(shapes, value[key]) ? shapes[value[key]] : undefined;
    });

export const stringOr = (shape, limits = {}) =>
    either((value) => (typeof value === 'string' ? string(limits) : shape));
