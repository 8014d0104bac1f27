#!/bin/sh
# tests/catalogue.txt against the tests: every row has a file that is there and that names the row, none stands there
# twice, none is missing. In a phpt the title must name it; elsewhere any word of it outside of comments.
exec perl -CSD -e '
	use strict;
	use warnings;

	my ($list, $bad, %line, %names, $rows, %later) = ("tests/catalogue.txt", 0);

	sub wrong {
		print "$list:$.: @_\n";
		$bad = 1;
	}

	# what a file says its tests are
	sub names_of {
		my ($file) = @_;
		open(my $in, "<", $file) or return undef;
		local $/;
		my $text = <$in>;
		if ($file =~ /\.phpt$/) {
			return $text =~ /\A--TEST--\n(.*)\n/ ? $1 : "";
		}
		$text =~ s{/\*.*?\*/}{}gs if $file =~ /\.(c|mjs|js)$/;
		$text =~ s{(""".*?"""|(?:^|(?<=\s))#[^\n]*)}{}gsm if $file =~ /\.py$/;
		return $text;
	}

	open(my $in, "<", $list) or die "$list: $!\n";
	while (<$in>) {
		chomp;
		if (/^# ([0-9]+) rows$/) {
			$rows = $1;
			next;
		}
		next if /^(#|$)/;
		my ($id, $where, $title) = split(/ {2,}/, $_, 3);
		if ($id !~ /^[A-Z][0-9]{2,3}$/ || !$where || !$title) {
			wrong("not an id, a file or \"later: why\", and a title, two blanks between them");
			next;
		}
		if ($line{$id}) {
			wrong("$id stands in line $line{$id} too");
		}
		$line{$id} = $.;
		if ($where =~ /^later: ./) {
			next;
		}
		my $at = $.;
		$names{$where} //= do {
			local $. = $at;
			names_of($where) // wrong("$id: $where is not there") && "";
		};
		$. = $at;
		if (-f $where && $names{$where} !~ /(?<![A-Za-z0-9])$id(?![A-Za-z0-9])/) {
			wrong("$id: $where does not name it");
		}
	}
	if (!$rows || $rows != keys(%line)) {
		printf("%s: %d rows, \"# %s rows\" is what it says itself\n", $list, scalar(keys(%line)), $rows // "...");
		$bad = 1;
	}
	exit $bad;
'
