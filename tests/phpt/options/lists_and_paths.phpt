--TEST--
Options: origins, allowed_hosts, public, log and log_level say what they accept
--EXTENSIONS--
chatroom
--FILE--
<?php
function attempt(string $name, mixed $value): void
{
    try {
        new Chatroom(options: [$name => $value]);
        echo "$name: ok\n";
    } catch (ValueError | Chatroom\Exception $e) {
        echo get_class($e), ': ', str_replace(__DIR__, 'DIR', $e->getMessage()), "\n";
    }
}
attempt('origins', ['https://example.com', 'http://localhost:8080', '*', 'https://*.example.com:8443', 'http://[::1]:80', 'app://localhost']);
attempt('origins', []);
attempt('origins', ['example.com']);
attempt('origins', ['https://example.com/']);
attempt('origins', ["https://exa\nmple.com"]);
// "null" is what sandboxed pages of anybody send: it never matched
foreach (['null', '://', 'https://', 'https://example.com:99999', 'https://example.com:0', 'https://example.com:', 'https://ex..com', 'https://[::1',
    'https://[g::]', 'https://u@example.com', 'https://*', 'https://*.*.com', '*.example.com', 'file://x', "https://example.com\0", "*\0",
    'https://example.com?x', '5://example.com', "https://\u{e9}.com"] as $wrong) {
    attempt('origins', [$wrong]);
}
attempt('allowed_hosts', ['example.com', 'localhost:8080', '[::1]:80', 'example.com:65535', 'example.com.']);
attempt('allowed_hosts', ['example.com/']);
foreach (['example.com:99999', 'example.com:65536', 'example.com:0', 'example.com:', 'example.com:80:80', ':80', 'ex..com', '[::1', '[g::]', '::1',
    "example.com\0", '*', "\u{e9}.com"] as $wrong) {
    attempt('allowed_hosts', [$wrong]);
}
attempt('allowed_hosts', ['']);
attempt('public', __DIR__);
attempt('public', __FILE__);
attempt('public', __DIR__ . '/none');
attempt('public', '');
attempt('public', __DIR__ . "\0");
attempt('log', 'stderr');
attempt('log', null);
attempt('log', fn () => null);
attempt('log', '');
attempt('log', "a\0b");
attempt('log', __DIR__ . '/none/log');
attempt('log_level', 'debug');
attempt('log_level', 'loud');
?>
--EXPECT--
origins: ok
origins: ok
ValueError: option "origins": "example.com" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://example.com/" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://exa
mple.com" is not an origin such as https://example.com, or *
ValueError: option "origins": "null" is not an origin such as https://example.com, or *
ValueError: option "origins": "://" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://example.com:99999" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://example.com:0" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://example.com:" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://ex..com" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://[::1" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://[g::]" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://u@example.com" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://*" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://*.*.com" is not an origin such as https://example.com, or *
ValueError: option "origins": "*.example.com" is not an origin such as https://example.com, or *
ValueError: option "origins": "file://x" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://example.com" is not an origin such as https://example.com, or *
ValueError: option "origins": "*" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://example.com?x" is not an origin such as https://example.com, or *
ValueError: option "origins": "5://example.com" is not an origin such as https://example.com, or *
ValueError: option "origins": "https://é.com" is not an origin such as https://example.com, or *
allowed_hosts: ok
ValueError: option "allowed_hosts": "example.com/" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "example.com:99999" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "example.com:65536" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "example.com:0" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "example.com:" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "example.com:80:80" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": ":80" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "ex..com" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "[::1" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "[g::]" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "::1" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "example.com" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "*" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "é.com" is not a host such as example.com or example.com:8080
ValueError: option "allowed_hosts": "" is not a host such as example.com or example.com:8080
public: ok
ValueError: option "public" must be a folder that exists, "DIR/lists_and_paths.php" is not
ValueError: option "public" must be a folder that exists, "DIR/none" is not
ValueError: option "public" must be a folder that exists, "" is not
ValueError: option "public" must be a folder that exists, "DIR" is not
log: ok
log: ok
log: ok
ValueError: option "log" must be "stderr", the path of a file, a callable or null
ValueError: option "log" must be "stderr", the path of a file, a callable or null
Chatroom\Exception: cannot open the log file "DIR/none/log": No such file or directory
log_level: ok
ValueError: option "log_level" must be one of "debug", "info", "warning", "error"
