<?php
/* The constructor's array of options and listen()'s of TLS settings, with what nobody would write:
 *   options.php SEED SECONDS
 * An array that is good is accepted; any other is a ValueError or TypeError that names an option or a key that
 * was given, or the name that was not known. What the array holds is afterwards as it was, and referenced by
 * nobody. Prints how many it tried; a SEED tries the same arrays in the same order. */

[, $seed, $seconds] = $argv + [1 => '1', 2 => '10'];
mt_srand((int) $seed);
set_error_handler(fn (int $level, string $message) => throw new ErrorException($message)); // nothing is to warn

/* The names in the tables of the source, so that a new option is tried without a word here: "options", "keys" (of
 * tls) and, of an option that is an array, OPTION_keys. The names that take a number are in $numbers. */
function tables(array &$numbers): array
{
    $source = file_get_contents(__DIR__ . '/../../ext/php/options.c')
        . file_get_contents(__DIR__ . '/../../ext/php/tls_options.c');
    preg_match_all('/^static const (?:option|key)_row (\w+)\[\] = \{(.*?)^\};/ms', $source, $tables, PREG_SET_ORDER);
    foreach ($tables as [, $name, $rows]) {
        preg_match_all('/^\t(?:\{"|[A-Z_]+\()(\w+)/m', $rows, $m);
        $found[$name] = $m[1];
        preg_match_all('/^\t(?:\{"(\w+)", OPTION_(?!OTHER)|(?:SECONDS|OR_OFF)\((\w+))/m', $rows, $m);
        array_push($numbers, ...array_filter([...$m[1], ...$m[2]]));
    }
    return $found;
}

$numbers = [];
$tables = tables($numbers);
define('NUMBERS', $numbers);
define('OPTIONS', $tables['options']);
define('TLS', $tables['keys']);
define('KEYS', ['tls_keys' => TLS] + $tables);

const TEXTS = ['', '*', 'null', 'https://example.org', 'https://*.example.org:8443', "https://a\0b", 'http://[::1\0]',
    'example.org:80', '10.0.0.0/8', "10.0.0.1\0", 'unix', '::/0', 'stderr', 'debug', 'warning', 'strlen', 'Chatroom::run',
    'optional', 'required', '1.2', '1.3', '1.10', '/', '.', '..', '/none/such', "/\0", '%s%n', "\xff\xfe", 'ws://127.0.0.1:0'];

final class Texts
{
    public function __toString(): string
    {
        return 'https://example.org';
    }

    public function __invoke(): void
    {
    }

    public function __call(string $name, array $arguments): void
    {
    }
}

function one_of(array $all): mixed
{
    return $all[mt_rand(0, count($all) - 1)];
}

function text(): string
{
    $text = one_of(TEXTS);
    return match (mt_rand(0, 5)) {
        0 => $text . one_of(TEXTS),
        1 => substr_replace($text, chr(mt_rand(0, 255)), mt_rand(0, strlen($text)), mt_rand(0, 2)),
        2 => str_repeat($text, mt_rand(0, 500)),
        default => $text,
    };
}

function number(): int|float
{
    return match (mt_rand(0, 6)) {
        0 => one_of([PHP_INT_MAX, PHP_INT_MIN, 1 << 31, 1 << 32, (1 << 32) + 1, -1, 0, 1]),
        1 => one_of([NAN, INF, -INF, -0.0, 1e300, 1e-300, 0.1, 0.5, 3600.0]),
        2 => mt_rand(0, 1 << 24) / 1000,
        default => mt_rand(-10, 70000),
    };
}

function anything(int $depth = 0): mixed
{
    switch (mt_rand(0, $depth > 2 ? 6 : 9)) {
        case 0: return null;
        case 1: return (bool) mt_rand(0, 1);
        case 2: case 3: return number();
        case 4: case 5: return text();
        case 6: return one_of([new Texts(), fn () => null, new ArrayObject([1]), STDERR, [new Texts(), 'any'], ['Texts', 'no']]);
        default:
            $array = [];
            for ($n = mt_rand(0, 4); $n > 0; $n--) {
                mt_rand(0, 3) ? $array[] = anything($depth + 1) : $array[text()] = anything($depth + 1);
            }
            if ($array && !mt_rand(0, 4)) {
                $array[array_key_first($array)] = &$array[array_key_last($array)];
            }
            return $array;
    }
}

function texts(): array
{
    $list = [];
    for ($n = mt_rand(0, 4); $n > 0; $n--) {
        $list[] = text();
    }
    return $list;
}

/* of a kind that its option may take */
function fitting(string $name): mixed
{
    return match ($name) {
        'origins', 'allowed_hosts', 'trusted_proxies' => texts(),
        'rate_limit' => one_of([null, [number(), number(), number()], [20, 1, 40]]),
        'sni' => [text() => text(), text() => [text(), text()]],
        'log' => one_of([null, fn () => null, new Texts(), '']),
        default => match (true) {
            isset(KEYS[$name . '_keys']) => filled(KEYS[$name . '_keys'], 3),
            in_array($name, NUMBERS, true) => number(),
            default => text(),
        },
    };
}

function name(array $names): string
{
    $name = one_of($names);
    if (mt_rand(0, 7)) {
        return $name;
    }
    return mt_rand(0, 1) ? text() : substr_replace($name, chr(mt_rand(0, 255)), mt_rand(0, strlen($name)), mt_rand(0, 2));
}

function filled(array $names, int $most): array
{
    $array = [];
    for ($n = mt_rand(1, $most); $n > 0; $n--) {
        $name = name($names);
        $array[$name] = mt_rand(0, 2) ? fitting($name) : anything();
        if (!mt_rand(0, 9)) {
            $same = &$array[$name]; // a reference is as good as its value
            unset($same);
        }
    }
    return $array;
}

function tls(): array
{
    return filled(TLS, 3);
}

/* The text belongs to the array: it names an option or a key that is there, or tells a strange one and a known. */
function is_told(Throwable $e, array $given, array $known): bool
{
    $message = $e->getMessage();
    if (get_class($e) !== 'ValueError' && get_class($e) !== 'TypeError') {
        return false;
    }
    if (preg_match('/^unknown (?:option|(\w+) key) (?:"(.*)", did you mean "(\w+)"\?$|-?\d+, )/s', $message, $m)) {
        $of = '' === ($m[1] ?? '') ? 'options' : "$m[1]_keys";
        return isset(KEYS[$of]) && (!isset($m[3]) || in_array($m[3], KEYS[$of], true));
    }
    if (preg_match('/^(?:option|\w+ key) "(\w+)(?:: \w+)?"/', $message, $m)) {
        return in_array($m[1], $known, true) && (in_array($m[1], $given, true) || str_contains($message, 'missing'));
    }
    return false;
}

function keys(array $array): array
{
    $keys = array_map('strval', array_keys($array));
    foreach ($array as $one) {
        if (is_array($one)) {
            array_push($keys, ...array_map('strval', array_keys($one)));
        }
    }
    return $keys;
}

function give_up(int $n, string $what, mixed $with): never
{
    echo "array $n: $what\n";
    var_dump($with);
    exit(1);
}

function try_one(int $n): bool
{
    static $known;
    $known ??= array_merge(...array_values(KEYS));
    $listens = !mt_rand(0, 5);
    $options = $listens ? tls() : filled(OPTIONS, 4);
    if (!$listens && is_string($options['log'] ?? null)) {
        $options['log'] = one_of(['stderr', '/none/such/log', "a\0", '']); // no file is to be made
    }
    if (!mt_rand(0, 50)) {
        $options[] = 1;
    }
    $before = serialized($options);
    try {
        $chat = new Chatroom('ws://127.0.0.1:0/ws', $listens ? ['log' => null] : $options);
        $listens && $chat->listen('wss://127.0.0.1:0/ws', $options);
        $told = true;
        $accepted = true;
    } catch (Chatroom\Exception $e) {
        // what is wrong outside of the array: a file that is not there, or is no certificate
        $told = (bool) array_intersect(keys($options), ['log', ...TLS]) && $e->getMessage() !== '';
        $accepted = false;
    } catch (Throwable $e) {
        $told = is_told($e, keys($options), $known) || ($listens && is_listen_error($e));
        $accepted = false;
    }
    $told || give_up($n, get_class($e) . ': ' . $e->getMessage(), $options);
    serialized($options) === $before || give_up($n, 'the array has changed', $options);
    return $accepted;
}

/* listen() has a URL beside the array, and may miss what the array does not say. */
function is_listen_error(Throwable $e): bool
{
    return $e instanceof ValueError && str_starts_with($e->getMessage(), 'Chatroom::listen(): Argument #');
}

function serialized(mixed $value): string
{
    ob_start();
    var_dump($value);
    return ob_get_clean();
}

$n = $accepted = 0;
for ($end = microtime(true) + $seconds; microtime(true) < $end; $n++) {
    $accepted += try_one($n);
}
echo "$n arrays, $accepted accepted\n";
exit($n > 0 && $accepted > 0 && $accepted < $n ? 0 : 1);
