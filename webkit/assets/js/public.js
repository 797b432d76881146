console.log('public')
