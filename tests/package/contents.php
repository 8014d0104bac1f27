<?php
// The list of files in package.xml: contents.php [--check] package.xml, with the project's files on standard input.
declare(strict_types=1);

// What somebody who installs the extension has no use for; .gitattributes keeps the same from PIE's archive.
const LEFT_OUT = '{^(\.|bench/|dev$|composer\.json$|package\.xml$|tests/(?!phpt/))}';

function role(string $file): string
{
    return match (true) {
        str_starts_with($file, 'tests/') => 'test',
        $file === 'config.m4', (bool) preg_match('{^([^/]+\.[ch]|ext/.+\.(c|h|stub\.php))$}', $file) => 'src',
        default => 'doc',
    };
}

/** @param array<string, mixed> $tree name => role, or a folder's own tree */
function xml(array $tree, string $indent): string
{
    $text = '';
    foreach ($tree as $name => $entry) {
        $quoted = htmlspecialchars((string) $name, ENT_XML1 | ENT_QUOTES);
        $text .= is_array($entry)
            ? "$indent<dir name=\"$quoted\">\n" . xml($entry, "$indent ") . "$indent</dir>\n"
            : "$indent<file name=\"$quoted\" role=\"$entry\"/>\n";
    }
    return $text;
}

$check = ($argv[1] ?? '') === '--check';
$package = $argv[$check ? 2 : 1];
$tree = [];
foreach (file('php://stdin', FILE_IGNORE_NEW_LINES) as $file) {
    if (preg_match(LEFT_OUT, $file)) {
        continue;
    }
    $place = &$tree;
    foreach (explode('/', dirname($file)) as $dir) {
        if ($dir !== '.') {
            $place[$dir] ??= [];
            $place = &$place[$dir];
        }
    }
    $place[basename($file)] = role($file);
    unset($place);
}

$old = file_get_contents($package);
$contents = "<contents>\n  <dir name=\"/\">\n" . xml($tree, '   ') . "  </dir>\n </contents>";
$new = preg_replace_callback('{<contents>.*</contents>}s', fn () => $contents, $old, 1, $count);
if ($count !== 1) {
    fwrite(STDERR, "$package: no <contents>\n");
    exit(1);
}
if ($new === $old) {
    exit(0);
}
if (!$check) {
    file_put_contents($package, $new);
    exit(0);
}
$have = preg_split('/\R/', $old);
$want = preg_split('/\R/', $new);
foreach (array_diff($have, $want) as $line) {
    echo "$package: not in the tree or in another place: ", trim($line), "\n";
}
foreach (array_diff($want, $have) as $line) {
    echo "$package: missing: ", trim($line), "\n";
}
echo "./dev package-list writes it anew\n";
exit(1);
