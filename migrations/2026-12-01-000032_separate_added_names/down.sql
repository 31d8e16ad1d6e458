UPDATE messages SET body = replace(body, char(10), ', ') WHERE notice = 'added';
