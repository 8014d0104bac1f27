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
attempt('origins', ['https://example.com', 'http://localhost:8080', '*', 'null']);
attempt('origins', []);
attempt('origins', ['example.com']);
attempt('origins', ['https://example.com/']);
attempt('origins', ["https://exa\nmple.com"]);
attempt('allowed_hosts', ['example.com', 'localhost:8080', '[::1]:80']);
attempt('allowed_hosts', ['example.com/']);
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
allowed_hosts: ok
ValueError: option "allowed_hosts": "example.com/" is not a host such as example.com or example.com:8080
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
