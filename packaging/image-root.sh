#!/bin/sh
# Puts together the files of an image: a program, the libraries that it is linked to, certificates of authorities, a user.
# usage: image-root.sh PROGRAM FOLDER
set -eu
program=$1
root=$2

mkdir -p "$root/usr/local/bin" "$root/etc/ssl/certs" "$root/tmp" \
  "$root/etc/atest-ai" "$root/run/atest-ext-ai" "$root/var/lib/atest-ai" "$root/var/log/atest-ai"
install -m 0755 "$program" "$root/usr/local/bin/atest-ext-ai"

# `=> /lib/…/libc.so.6 (0x…)`, and the loader, which stands alone.
ldd "$program" | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
printf 'root:x:0:0:root:/:/sbin/nologin\natest:x:65532:65532:atest-ext-ai:/var/lib/atest-ai:/sbin/nologin\n' > "$root/etc/passwd"
printf 'root:x:0:\natest:x:65532:\n' > "$root/etc/group"
printf 'hosts: files dns\n' > "$root/etc/nsswitch.conf"
chmod 1777 "$root/tmp"
chown -R 65532:65532 "$root/run/atest-ext-ai" "$root/var/lib/atest-ai" "$root/var/log/atest-ai"
chmod 0750 "$root/var/lib/atest-ai" "$root/var/log/atest-ai"
