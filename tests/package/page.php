<?php
/* examples/web as C, for the page that a server shows of itself: page.php FOLDER >ext/server/demo_data.h */
$files = array_map('basename', glob("$argv[1]/*.{html,js,css,svg}", GLOB_BRACE));
sort($files);
echo "#ifndef CR_SERVER_DEMO_DATA_H\n#define CR_SERVER_DEMO_DATA_H\n\n";
echo "/* Made by ./dev page from examples/web: do not edit. */\n\n#include <stddef.h>\n";
foreach ($files as $i => $file) {
    echo "\nstatic const char demo_file_{$i}[] =";
    $line = '';
    $bytes = file_get_contents("$argv[1]/$file");
    for ($at = 0, $n = strlen($bytes); $at < $n; $at++) {
        $byte = $bytes[$at];
        $code = ord($byte);
        $piece = match (true) {
            $byte === "\n" => '\n',
            $byte === "\t" => '\t',
            $byte === '"', $byte === '\\' => "\\$byte",
            // a digit after ??, or after an octal escape, cannot be misread: escapes have three digits
            $byte === '?', $code < 32, $code > 126 => sprintf('\%03o', $code),
            default => $byte,
        };
        $line .= $piece;
        if ($byte === "\n" || strlen($line) > 100) {
            echo "\n\t\"$line\"";
            $line = '';
        }
    }
    echo $line === '' ? ";\n" : "\n\t\"$line\";\n";
}
echo "\nstatic const struct {\n\tconst char *name;\n\tconst char *bytes;\n\tsize_t len;\n} demo_files[] = {\n";
foreach ($files as $i => $file) {
    echo "\t{\"$file\", demo_file_{$i}, sizeof(demo_file_{$i}) - 1},\n";
}
echo "};\n\n#endif\n";
