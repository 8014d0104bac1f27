--TEST--
public: files first, then onRequest(), and nothing outside the folder
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$folder = sys_get_temp_dir() . '/chatroom-public-' . getmypid();
mkdir("$folder/sub", 0777, true);
file_put_contents("$folder/index.html", '<h1>index</h1>');
file_put_contents("$folder/sub/a.txt", 'a file');
file_put_contents("$folder-outside", 'secret');
symlink("$folder-outside", "$folder/link");
chdir(dirname($folder));
$chat = new Chatroom(ANY_PORT, ['log' => null, 'public' => basename($folder)]);
chdir('/'); // a relative folder is the one of the constructor's time
$chat->onRequest(fn ($request) => "PHP answers $request->path");
clients($chat, <<<'PHP'
foreach (['/', '/index.html', '/sub/a.txt', '/none', '/../' . 'x', '/%2e%2e/x', '/link', '/sub'] as $path) {
    $answer = brief(http('GET', $path));
    show("$path: " . (str_contains($answer, 'secret') ? 'LEAKED' : $answer));
}
show(str_contains(http('GET', '/sub/a.txt'), 'text/plain'));
PHP);
$chat->run();
array_map('unlink', ["$folder/index.html", "$folder/sub/a.txt", "$folder/link", "$folder-outside"]);
rmdir("$folder/sub");
rmdir($folder);
?>
--EXPECT--
-- clients --
/: HTTP/1.1 200 OK | <h1>index</h1>
/index.html: HTTP/1.1 200 OK | <h1>index</h1>
/sub/a.txt: HTTP/1.1 200 OK | a file
/none: HTTP/1.1 200 OK | PHP answers /none
/../x: HTTP/1.1 200 OK | PHP answers /../x
/%2e%2e/x: HTTP/1.1 200 OK | PHP answers /%2e%2e/x
/link: HTTP/1.1 200 OK | PHP answers /link
/sub: HTTP/1.1 301 Moved Permanently | 
true
